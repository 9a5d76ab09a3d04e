"""What a webhook is sent: the generic form, and Slack's."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from query_service.observer.alerts import message, slack
from query_service.observer.alerts.message_schema import FILE, schema
from query_service.observer.alerts.notices import Event, Known, Notice, Told
from tests.query_service.observer.alerts.episodes import BEGIN, episode, minute

HOSTILE = "<!channel> <https://evil|click> & *bold* `x`\u202e\x00\n" + "é<&>" * 500
TOLD = Told("high", True, BEGIN)
CHECK = Draft202012Validator(json.loads(FILE.read_text()), format_checker=FormatChecker())


def notice(event: Event = Event.OPENED, below: int = 0, **changes: Any) -> Notice:
    if event is Event.RESOLVED:
        changes["resolved_at"] = minute(7)
    children = [
        Known(episode("expired_task", f"a{n}", title=HOSTILE, severity="medium"))
        for n in range(below)
    ]
    return Notice(event, Known(episode(**changes), TOLD), "high", children)


ALL = [
    notice(Event.WORSE, below=30, title=HOSTILE),
    notice(agents=[HOSTILE] * 20, suggested_actions=[HOSTILE]),
    notice(Event.REMINDER, facts={HOSTILE: HOSTILE}, figures={"x": 1.5}),
    notice(Event.RESOLVED, below=2),
]


def test_the_schema_in_the_docs_is_that_of_the_code() -> None:
    assert FILE.read_text() == schema()
    Draft202012Validator.check_schema(json.loads(schema()))


def test_every_message_is_as_its_schema_says() -> None:
    body = json.loads(json.dumps(message.body(ALL, minute(8), 5), allow_nan=False))
    CHECK.validate(body)
    first, *_, last = body["notices"]
    assert (len(first["consequences"]), first["consequences_omitted"]) == (20, 10)
    assert (last["event"], last["finding"]["resolved_at"]) == ("resolved", "2026-11-22T12:07:00Z")
    assert first["key"].endswith(":20261122T120000.000000Z:worse:high")
    assert not list(CHECK.iter_errors(message.body([], minute(8), 0)))


def test_the_schema_refuses_what_is_not_one() -> None:
    body = message.body(ALL, minute(8), 0)
    wrongs: list[dict[str, Any]] = [{"version": 2}, {"notices": [{}]}, {"other": 1}, {"more": -1}]
    for wrong in wrongs:
        assert list(CHECK.iter_errors({**body, **wrong})), wrong


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def check(body: dict[str, Any]) -> None:
    """What Slack takes, and nothing that it would make a mention or a link of."""
    blocks = body["blocks"]
    assert 1 <= len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    for block in blocks[1:]:
        for text in (block["text"],) if "text" in block else block["elements"]:
            assert 0 < len(text["text"]) <= 3_000
            assert (text["type"], text["verbatim"]) == ("mrkdwn", True)
    for text in texts(body):
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", text), text
        assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_slack_takes_it_whatever_names_hold() -> None:
    check(slack.body(ALL, minute(8), 3))


@given(st.text(max_size=400), st.lists(st.text(max_size=300), max_size=6), st.integers(0, 12))
def test_slack_takes_any_text(title: str, names: list[str], below: int) -> None:
    one = notice(title=title, agents=names, suggested_actions=names)
    children = [Known(episode("expired_task", "a", title=title)) for _ in range(below)]
    check(slack.body([Notice(one.event, one.root, "high", children)], minute(8), 0))


def test_what_is_not_shown_in_slack_is_counted() -> None:
    body = slack.body([notice(below=9)] * 100, minute(8), 7)
    check(body)
    assert len(body["blocks"]) == 22
    assert "80 not shown. 7 more follow." in body["blocks"][-1]["elements"][0]["text"]
    assert "• and 4 more that come of it" in body["blocks"][1]["text"]["text"]


def test_slack_can_be_read() -> None:
    told: dict[str, Any] = {
        "title": "coder does not read its queue: 3 tasks wait",
        "agents": ["coder", "planner"],
        "suggested_actions": ["Start coder again"],
    }
    waits = Known(episode("backlog_growing", "planner", title="planner falls behind"))
    root = Known(episode("agent_not_consuming", **told))
    notices = [
        Notice(Event.OPENED, root, "critical", [waits]),
        notice(Event.RESOLVED, title="a tool failed"),
    ]
    body = slack.body(notices, minute(8), 0)
    assert body["text"] == (
        "Agents: 1 new, 1 resolved. HIGH: coder does not read its queue: 3 tasks wait"
    )
    new, over = (block["text"]["text"] for block in body["blocks"][1:3])
    assert new == (
        ":red_circle: *New* HIGH: coder does not read its queue: 3 tasks wait\n"
        "agent_not_consuming · coder, planner · since Nov 22 12:00 UTC\n"
        "• HIGH: planner falls behind\n"
        ":wrench: Start coder again"
    )
    assert over == (
        ":white_check_mark: *Resolved* HIGH: a tool failed\n"
        "stuck_task · coder · since Nov 22 12:00 UTC until 12:07"
    )
