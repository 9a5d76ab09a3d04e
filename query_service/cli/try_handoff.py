"""`agent-telemetry try-handoff`: one handoff through every part, and back."""

import time
from typing import Any

import click
import httpx

import agent_sdk
from query_service.errors import Unavailable
from query_service.settings import settings

AGENT = "agent-telemetry-test"
_PAUSE = 0.5


@click.command()
@click.option("--url", envvar="QUERY_URL", help="Query service (default: of this machine).")
@click.option("--key", envvar="QUERY_KEY", default="", help="A viewer's key, where one is needed.")
@click.option(
    "--timeout", default=120.0, show_default=True, type=click.FloatRange(0), help="Seconds."
)
def try_handoff(url: str | None, key: str, timeout: float) -> None:
    """Hand a task to an agent of its own, answer it, and read both back from the query service.

    Exit status 1, with what is missing, when that does not come to its end.
    """
    base = (url or f"http://127.0.0.1:{settings().query_port}").rstrip("/")
    deadline = time.monotonic() + timeout
    agent_sdk.configure(AGENT)
    try:
        with agent_sdk.AgentQueue() as queue:
            sent = queue.send_task(AGENT, {"test": True}, reason="try-handoff", ttl_seconds=600)
            sent.wait(timeout)
            _work(queue, sent.message.message_id, timeout)
    except (agent_sdk.SendFailed, TimeoutError) as error:
        raise Unavailable(
            f"Kafka has not taken the task within {timeout:.0f} s: {error}"
        ) from error
    finally:
        agent_sdk.shutdown(timeout=5)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(base_url=base, headers=headers, timeout=10, trust_env=False) as client:
        _await(client, sent.message.message_id, deadline, timeout)
    click.echo(f"handoff {sent.message.message_id} was sent, answered, stored and read back")


def _work(queue: agent_sdk.AgentQueue, message_id: str, timeout: float) -> None:
    """Be the agent until the task is answered. Tasks that an earlier try left behind are, too."""
    for delivery in queue.receive(timeout):
        with delivery.process() as work:
            if delivery.message.message_type is agent_sdk.MessageType.TASK:
                work.reply({"test": True})
        if delivery.message.message_id == message_id:
            return
    raise Unavailable(f"nothing of queue {queue.topic} came within {timeout:.0f} s")


def _await(client: httpx.Client, message_id: str, deadline: float, timeout: float) -> None:
    while (missing := _missing(client, message_id)) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    if missing:
        raise Unavailable(f"after {timeout:.0f} s {missing}")


def _missing(client: httpx.Client, message_id: str) -> str:
    """What the query service does not tell yet; empty when it tells all."""
    try:
        answer = client.get(f"/api/v1/handoffs/{message_id}")
    except httpx.HTTPError as error:
        return f"{client.base_url} does not answer: {type(error).__name__}"
    if answer.status_code == 404:
        return f"the task {message_id} is not stored: is the ingester running?"
    if answer.is_error:
        return f"{client.base_url} answers {answer.status_code}: {answer.text[:200]}"
    story: dict[str, Any] = answer.json()
    if (outcome := story["course"]["outcome"]) != "completed":
        return f"the task {message_id} is stored as {outcome}: its answer is not"
    if not any(step["type"] == "span" for step in story["story"]):
        return f"no span of the task {message_id} is stored: is the gateway running?"
    return ""
