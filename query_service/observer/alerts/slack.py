"""Slack's form: Block Kit, to be read on a phone."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from query_service.observer.alerts.episode import Episode
from query_service.observer.alerts.message import ordered
from query_service.observer.alerts.notices import Event, Notice

MOST_SHOWN = 20
"""Of the 50 blocks that a message may have."""
_MOST_BELOW, _MOST_AGENTS = 5, 5
_MOST_LINE = 250
"""With its marks; so a block stays below the 3,000 characters that it may have."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = {
    "critical": ":red_circle:",
    "high": ":large_orange_circle:",
    "medium": ":large_yellow_circle:",
}
_OVER = ":white_check_mark:"
_WORDS = {
    Event.OPENED: "new",
    Event.WORSE: "worse",
    Event.REMINDER: "still there",
    Event.RESOLVED: "resolved",
}


def body(notices: Sequence[Notice], as_of: datetime, more: int) -> dict[str, Any]:
    """The message. What is not shown of it is counted."""
    counts = Counter(one.event for one in notices)
    head = ", ".join(f"{counts[event]} {word}" for event, word in _WORDS.items() if counts[event])
    hidden = max(0, len(notices) - MOST_SHOWN)
    last = f"As of {as_of:%Y-%m-%d %H:%M:%S} UTC."
    last += f" {hidden} not shown." * bool(hidden) + f" {more} more follow." * bool(more)
    return {
        "text": f"Agents: {head}. {_line(notices[0].root.episode)}",  # what a notification shows
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": f"Agents: {head}"}},
            *(_section(one) for one in notices[:MOST_SHOWN]),
            {
                "type": "context",
                "elements": [_text(f"{last} All of it: `GET /api/v1/findings`")],
            },
        ],
    }


def escaped(text: str, most: int = _MOST_LINE) -> str:
    """A text of anybody's: no mention, no link, no control character, and not too long."""
    shown = [_ENTITIES.get(letter, letter) for letter in text if letter.isprintable()]
    ends = list(accumulate(map(len, shown)))
    if not ends or ends[-1] <= most:
        return "".join(shown)
    return "".join(shown[: bisect_right(ends, most - 1)]) + "…"


def _line(one: Episode) -> str:
    return f"{one.severity.upper()}: {escaped(one.title)}"


def _section(one: Notice) -> dict[str, Any]:
    episode = one.root.episode
    is_over = one.event is Event.RESOLVED
    mark = _OVER if is_over else _MARKS.get(one.severity, ":white_circle:")
    lines = [f"{mark} *{_WORDS[one.event].capitalize()}* {_line(episode)}"]
    agents = ", ".join(escaped(name, 60) for name in episode.agents[:_MOST_AGENTS])
    since = f"since {episode.opened_at:%b %d %H:%M} UTC"
    if is_over and episode.resolved_at:
        since += f" until {episode.resolved_at:%H:%M}"
    lines.append(" · ".join(filter(None, (episode.kind, agents, since))))
    below = ordered(one.below)
    lines += [
        f"• {'over: ' if not each.is_open else 'still there: ' if is_over else ''}{_line(each)}"
        for each in below[:_MOST_BELOW]
    ]
    if len(below) > _MOST_BELOW:
        lines.append(f"• and {len(below) - _MOST_BELOW} more that come of it")
    if not is_over and episode.suggested_actions:
        lines.append(f":wrench: {escaped(episode.suggested_actions[0])}")
    return {"type": "section", "text": _text("\n".join(lines))}


def _text(text: str) -> dict[str, Any]:
    """Without links for what looks like one."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
