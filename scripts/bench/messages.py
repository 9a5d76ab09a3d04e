"""Agent messages of a chosen size, the same for a seed."""

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

AGENTS = ["orchestrator", "researcher", "writer", "coder", "reviewer"]


def agent_messages(
    count: int, size: int = 700, seed: int = 1
) -> Iterator[tuple[str, bytes, bytes]]:
    """`count` records as (topic, key, value): tasks, each but the last few with its result.

    `size` is the length of a value in bytes. Ids and texts depend on the seed alone; the times
    are those of the call.
    """
    rng = random.Random(seed)
    started = datetime.now(UTC).replace(tzinfo=None)
    open_tasks: list[tuple[str, str]] = []
    for index in range(count):
        message_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        answers = index % 2 == 1
        if answers:
            parent, worker = open_tasks.pop(0)
            source, target = worker, "orchestrator"
        else:
            parent, source, target = None, "orchestrator", rng.choice(AGENTS[1:])
            open_tasks.append((message_id, target))
        message = {
            "message_id": message_id,
            "source_agent": source.capitalize(),
            "target_agent": target.capitalize(),
            "message_type": "result" if answers else "task",
            "priority": "normal",
            "payload": {"task": "look it up"},
            "trace_id": f"{rng.getrandbits(128):032x}",
            "span_id": f"{rng.getrandbits(64):016x}",
            "parent_message_id": parent,
            "reason": "bench",
            "timestamp": (started + timedelta(microseconds=index)).isoformat(),
            "ttl_seconds": None,
        }
        padding = size - len(json.dumps(message)) - len(', "text": ""')
        message["payload"] = {"task": "look it up", "text": _text(rng, max(padding, 0))}
        yield f"agent-queue-{target}", message_id.encode(), json.dumps(message).encode()


def _text(rng: random.Random, length: int) -> str:
    words = ("agent", "answer", "because", "data", "find", "looked", "model", "result", "the", "up")
    text = " ".join(rng.choices(words, k=length // 4 + 1))
    return text[:length]
