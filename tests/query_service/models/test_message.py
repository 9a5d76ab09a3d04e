"""Messages and pending tasks."""

import json
from datetime import UTC, datetime, timedelta

from query_service.models.message import WHOLE, message, pending_task

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_message_is_as_it_came_and_odd_things_stand_beside() -> None:
    body = '{"message_id":"m1","payload":{"a":[1,2.5,null]},"new":true}'
    row = {"message_id": "m1", "body": body, "deliveries": 1, "oddities": []}
    assert message(row) == json.loads(body)
    odd = message(row | {"deliveries": 2, "oddities": ["priority_unknown"]})
    assert odd == {**json.loads(body), "deliveries": 2, "oddities": ["priority_unknown"]}


def test_a_task_waits_since_it_was_sent_and_a_clock_ahead_is_no_negative_wait() -> None:
    row = {"message_id": "m1", "body": "{}", "state": "queued", "event_time": NOW, "behind": 3}
    waits = pending_task(row, NOW + timedelta(seconds=90))
    assert waits == {
        "message_id": "m1",
        "state": "queued",
        "waiting_seconds": 90.0,
        "messages_before": 3,
    }
    ahead = pending_task(row, NOW - timedelta(seconds=1))
    assert (ahead["waiting_seconds"], ahead["clock_skew"]) == (None, True)


def test_a_long_payload_is_cut_in_lists_only() -> None:
    body = json.dumps({"message_id": "m1", "payload": {"text": "\u00e4" * 300}, "reason": "r"})
    row = {"message_id": "m1", "body": body, "deliveries": 1, "oddities": []}
    assert message(row) == json.loads(body)
    cut = message(row, whole=False)
    assert (cut["payload"], cut["reason"]) == (None, "r")
    assert cut["payload_preview"] == '{"text":"' + "\u00e4" * 191
    short = row | {"body": body.replace("\\u00e4", "")}
    assert message(short, whole=False) == message(short)


def test_a_very_long_payload_is_cut_everywhere() -> None:
    row = {"message_id": "m1", "deliveries": 1, "oddities": []}
    for length, is_whole in ((WHOLE - 100, True), (WHOLE, False)):
        body = json.dumps({"message_id": "m1", "payload": "x" * length, "reason": "r"})
        shown = message(row | {"body": body})
        assert (shown["payload"] is not None) == is_whole
        assert shown.get("payload_preview", "") == ("" if is_whole else '"' + "x" * 199)
