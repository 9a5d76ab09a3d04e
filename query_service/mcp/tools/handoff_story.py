"""The story of one handoff."""

import json

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, seconds, short


def handoff_story(ask: Service, message_id: str, at: str | None) -> Told:
    """Message, offset, spans, errors and answer of a task, in order."""
    found = ask.get(f"/api/v1/handoffs/{message_id}", at=at)
    course, handoff = found["course"] or {}, found["handoff"] or {}
    before = [found["redrive_of"]] if found["redrive_of"] else []
    lines = [
        f"**From** {handoff.get('source_agent_name')} **to** {handoff.get('target_agent_name')}: "
        f"{short(handoff.get('reason') or '', 200)}",
        f"**Outcome**: {course.get('outcome')}; sent {course.get('sent_at')}, received "
        f"{course.get('received_at')}, answered {course.get('answered_at')} by "
        f"{course.get('answered_by')} after {seconds(course.get('duration_seconds'))}",
        *(f"**Sent again** as {one['message_id']}: {one['outcome']}" for one in found["redrives"]),
        *(f"**Sent again** for {one['message_id']}: {one['outcome']}" for one in before),
        "",
        "## In order",
        *(
            f"- {one['timestamp']} **{one['type']}** {one['agent'] or ''}: "
            f"{short(json.dumps(one['data'], ensure_ascii=False), 300)}"
            for one in found["story"]
        ),
    ]
    following = []
    if trace := found["trace_id"]:
        following.append(call("trace", trace_id=trace, at=at))
    if target := handoff.get("target_agent_id"):
        following.append(call("queues", agent=target, at=at))
    return Told(f"Handoff {message_id}", lines, following, found)
