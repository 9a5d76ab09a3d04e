"""Documents are held against the schema of the state."""

import json

import pytest

from tests.query_service.engine import Service
from tests.query_service.oracle_state.system import Json, state


def test_the_state_of_now_is_validated(cluster: Service) -> None:
    assert cluster.get("/api/v1/oracle/validate") == {
        "valid": True,
        "error_count": 0,
        "errors": [],
    }


def validated(service: Service, body: str | bytes, status: int = 200) -> Json:
    answer = service.web.post("/api/v1/oracle/validate", data=body, content_type="application/json")
    assert answer.status_code == status, answer.text
    told: Json = answer.get_json()
    return told


def test_a_document_is_validated(cluster: Service) -> None:
    document = state(cluster)
    assert validated(cluster, json.dumps(document))["valid"]
    document["agents"][0]["models"].append(None)
    assert validated(cluster, json.dumps(document)) == {
        "valid": False,
        "error_count": 1,
        "errors": [
            {
                "path": "agents/0/models/2",
                "message": "None is not of type 'string'",
                "validator": "type",
                "validator_value": "string",
            }
        ],
    }


def test_what_is_no_object_is_no_state(cluster: Service) -> None:
    for body in ("[]", "3", "null", '"x"'):
        assert validated(cluster, body)["errors"][0]["validator"] == "type"


def test_a_hostile_document_is_refused_or_told_of_in_short(cluster: Service) -> None:
    for body in (b"", b"{", b"\xff\xfe", b'{"a": ' * 100_000):
        assert "body" in validated(cluster, body, 422)["detail"]
    assert validated(cluster, b" " * 2**21, 413)["status"] == 413
    models = [{"n": number} for number in range(50_000)]  # each with each: an hour
    agent = {"models": models, **{f"x{number}": 1 for number in range(5_000)}}
    told = validated(cluster, json.dumps({"agents": [agent]}))
    assert (told["error_count"], len(told["errors"])) == (1_000, 100)
    assert max(len(error["message"]) for error in told["errors"]) <= 301


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_no_document(empty: Service, number: str) -> None:
    assert "body" in validated(empty, f'{{"id": {number}}}', 422)["detail"]


def test_half_of_a_character_in_a_document_can_be_told(empty: Service) -> None:
    told = validated(empty, r'{"agents": [{"\ud800": "\ud800", "name": {"a": "\ud800"}}]}')
    assert not told["valid"]
