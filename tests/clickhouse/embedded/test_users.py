import pytest
from pydantic import SecretStr

from clickhouse.embedded.errors import ClickHouseError
from clickhouse.embedded.settings import Settings
from clickhouse.embedded.users import authenticate, default_settings, reader_settings

SETTINGS = Settings(password=SecretStr("p"), reader_password=SecretStr("r"))


def test_right_passwords_pass() -> None:
    assert authenticate(SETTINGS, "default", "p") == "default"
    assert authenticate(SETTINGS, "reader", "r") == "reader"


@pytest.mark.parametrize(
    ("user", "password"), [("default", ""), ("default", "r"), ("reader", "p"), ("x", "p"), ("", "")]
)
def test_all_others_do_not(user: str, password: str) -> None:
    with pytest.raises(ClickHouseError) as refused:
        authenticate(SETTINGS, user, password)
    assert (refused.value.code, refused.value.status) == (516, 403)


def test_default_sets_what_it_likes_over_safe_limits() -> None:
    settings = default_settings(SETTINGS, {"max_execution_time": "5"})
    assert settings["max_execution_time"] == "5"
    assert int(settings["max_memory_usage"]) < SETTINGS.memory


@pytest.mark.parametrize(("asked", "given"), [("5", "5"), ("0", "10"), ("600", "10")])
def test_a_reader_may_only_lower_its_limits(asked: str, given: str) -> None:
    assert reader_settings(SETTINGS, {"max_execution_time": asked})["max_execution_time"] == given


def test_a_reader_reads_only_and_cannot_say_otherwise() -> None:
    settings = reader_settings(SETTINGS, {"readonly": "0"})
    assert list(settings.items())[-1] == ("readonly", "1")


@pytest.mark.parametrize("name", ["max_threads", "log_queries", "allow_ddl", "format_schema"])
def test_a_reader_s_other_settings_are_refused(name: str) -> None:
    with pytest.raises(ClickHouseError, match=name):
        reader_settings(SETTINGS, {name: "1"})


def test_a_limit_has_to_be_a_number() -> None:
    with pytest.raises(ClickHouseError, match="whole number"):
        reader_settings(SETTINGS, {"max_result_rows": "many"})
