"""The two users, and what each may set and take."""

import hmac
from collections.abc import Mapping

from clickhouse.embedded.errors import (
    ACCESS_DENIED,
    AUTHENTICATION_FAILED,
    BAD_ARGUMENTS,
    ClickHouseError,
)
from clickhouse.embedded.settings import Settings

DEFAULT, READER = "default", "reader"

# Settings that change how an answer looks, or bound it closer; the bounded ones may only shrink.
_BOUNDED = frozenset(
    {"max_execution_time", "max_memory_usage", "max_rows_to_read", "max_bytes_to_read",
     "max_result_rows", "max_result_bytes"}
)  # fmt: skip
_HARMLESS = frozenset(
    {"date_time_output_format", "extremes", "final", "join_use_nulls", "limit", "max_block_size",
     "result_overflow_mode", "session_timezone", "output_format_json_quote_64bit_integers",
     "output_format_json_quote_denormals", "output_format_json_array_of_rows",
     "output_format_pretty_row_numbers", "output_format_pretty_max_rows",
     "output_format_native_write_json_as_string", "output_format_arrow_string_as_string"}
)  # fmt: skip


# Where clickhouse-local, which chDB is made of, differs from a server.
_AS_A_SERVER = {"implicit_select": "0", "allow_introspection_functions": "0"}


def authenticate(settings: Settings, user: str, password: str) -> str:
    """The name of the user. Raises ClickHouseError (516) when name or password is wrong."""
    expected = {DEFAULT: settings.password, READER: settings.reader_password}.get(user)
    if expected is None or not hmac.compare_digest(
        expected.get_secret_value().encode(), password.encode()
    ):
        raise ClickHouseError(
            AUTHENTICATION_FAILED,
            f"{user}: Authentication failed: password is incorrect, or there is no such user.",
        )
    return user


def default_settings(settings: Settings, asked: Mapping[str, str]) -> dict[str, str]:
    """Settings of a query of `default`: limits that keep the machine safe, then what it asks."""
    return {
        "max_threads": "2",
        "max_memory_usage": str(settings.memory * 3 // 4),
        "max_execution_time": str(settings.max_execution_time),
        "max_result_bytes": str(settings.max_result_bytes),
        "async_insert": "0",
        **_AS_A_SERVER,
    } | dict(asked)


def parser_settings() -> dict[str, str]:
    """Settings for looking at a reader's statement."""
    return {**_AS_A_SERVER, "readonly": "1"}


def reader_settings(settings: Settings, asked: Mapping[str, str]) -> dict[str, str]:
    """Settings of a query of `reader`: its limits, and of what it asks the harmless part.

    Raises ClickHouseError (497) for a setting that is not on the list.
    """
    limits = settings.reader.model_dump()
    result = {"max_threads": "2", **_AS_A_SERVER}
    for name, value in asked.items():
        if name in _BOUNDED:
            limits[name] = _smaller(name, value, limits[name])
        elif name in _HARMLESS:
            result[name] = value
        elif name != "readonly":
            raise ClickHouseError(ACCESS_DENIED, f"the user reader may not change setting {name}")
    # readonly comes last: nothing can be set after it.
    return result | {name: str(limit) for name, limit in limits.items()} | {"readonly": "1"}


def _smaller(name: str, value: str, limit: int) -> int:
    if not value.isdecimal():
        raise ClickHouseError(BAD_ARGUMENTS, f"setting {name} must be a whole number")
    asked = int(value)
    return min(asked, limit) if asked else limit
