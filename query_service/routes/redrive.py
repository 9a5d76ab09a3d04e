"""`/api/v1/redrive`: tasks once more, each as another message that names the old one."""

from collections import Counter
from typing import Any

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from kafka.errors import KafkaError

from query_service.errors import InvalidParameter, Unavailable
from query_service.models.redrive import attempt, root
from query_service.models.values import iso
from query_service.observer.kafka_client import AdminConnection
from query_service.routes.context import context, moment
from query_service.routes.redrive_claims import claimed, look
from query_service.routes.redrive_sending import Told, send
from query_service.routes.redrive_tasks import Task, chosen, queue_of
from query_service.schemas.redrive import Redrive, Redriven

blueprint = APIBlueprint(
    "redrive", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
MOST_BYTES = 64 * 1024 * 1024
"""Of one request, which takes seconds then."""
_UNSEEN = "Kafka does not answer now: whether this queue exists is not known"


@blueprint.post("/redrive", summary="Send tasks again", responses={200: Redriven})
def redrive(body: Redrive) -> dict[str, Any]:
    """Tells which tasks would be sent again, or with `dry_run` false sends them: each as a new
    message with the body, priority and time to live of the old one, whose headers `redrive-of` and
    `redrive-root` name the old and the first one, and whose span has a link to that of the old one.

    The old task is `superseded` from then on. What is refused, or not confirmed by Kafka, is told
    of each task. 503 when Kafka does not answer, and has confirmed nothing.
    """
    asked = moment(None)
    g.audited = {"dry_run": body.dry_run, "target": body.target or "", "again": body.again}
    tasks, matched = chosen(asked, body)
    told = [_told(task, body.target) for task in tasks]
    _leave_what_is_too_much(told)
    if wanted := [one for one in told if one["outcome"] == "would_send"]:
        _look_at_queues(wanted, body)
    pairs = [pair for pair in zip(tasks, told, strict=True) if pair[1]["outcome"] == "would_send"]
    if body.dry_run:
        look(pairs)
    elif pairs:
        with claimed(pairs):
            if sending := [pair for pair in pairs if pair[1]["outcome"] == "would_send"]:
                send(asked.now, body.target, sending)
    count = Counter(one["outcome"] for one in told)
    queues = Counter(one["queue"] for one in told if one["outcome"] in ("would_send", "sent"))
    g.audited["sent"] = count["sent"]
    return {
        "dry_run": body.dry_run,
        "matched": matched,
        **{name: count[name] for name in ("would_send", "sent", "unconfirmed", "refused")},
        "left": count["left"] + matched - len(tasks),
        "queues": dict(sorted(queues.items())),
        "messages": told,
    }


def _told(task: Task, target: str | None) -> Told:
    row, record = task.row, task.record
    return {
        "message_id": task.message_id,
        "outcome": "refused" if task.reason else "would_send",
        "reason": task.reason,
        "warning": task.warning,
        "state": task.state,
        "agent": row.get("agent"),
        "source": row.get("source"),
        "sent_at": iso(row.get("event_time")),
        "queue": queue_of(task, target) if row else None,
        "bytes": record["bytes"] if record else None,
        "attempt": attempt(record["kept"]) if record else None,
        "redrive_root": root(record["kept"], task.message_id) if record else None,
        "new_message_id": None,
        "partition": None,
        "offset": None,
    }


def _leave_what_is_too_much(told: list[Told]) -> None:
    left = MOST_BYTES
    for one in told:
        if one["outcome"] == "would_send":
            left -= one["bytes"]
            if left < 0:
                reason = f"one request sends {MOST_BYTES} bytes"
                one |= {"outcome": "left", "reason": reason}


def _look_at_queues(wanted: list[Told], body: Redrive) -> None:
    """Refuse what would go to a queue that does not exist: nothing makes a topic.

    Raises Unavailable, unless it is a dry run, and InvalidParameter for such a target.
    """
    try:
        topics = _topics()
    except Unavailable:
        if not body.dry_run:
            raise
        for one in wanted:
            one["warning"] = _UNSEEN
        return
    for one in wanted:
        if one["queue"] not in topics:
            if body.target:
                raise InvalidParameter("target", f"the topic {one['queue']} does not exist")
            one |= {"outcome": "refused", "reason": "its queue does not exist any more"}


def _topics() -> set[str]:
    """Every topic. Raises Unavailable."""
    connection = AdminConnection(context().settings.kafka_bootstrap_servers)
    try:
        with connection.admin() as admin:
            return set(admin.list_topics())
    except KafkaError as error:
        raise Unavailable(f"Kafka does not tell its topics: {type(error).__name__}") from error
    finally:
        connection.drop()
