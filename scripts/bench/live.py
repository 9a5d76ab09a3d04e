"""Live streams: from produce to a hundred clients, and what they cost REST."""

import base64
import json
import multiprocessing
import os
import re
import selectors
import socket
import tempfile
import time
import uuid
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import click
import httpx
from kafka import KafkaProducer
from local_stack import programs
from local_stack.settings import Settings as LocalSettings
from local_stack.stack import Stack

from bench.processes import Watch
from query_service.db import connect
from query_service.settings import Settings

PORT = 19425
_AGENTS = 20
# Until the last messages have come.
_LAST_SECONDS = 3
_MARK = b'"sent": '
_SENT = re.compile(_MARK + rb"([0-9.]+)")
_STORED = """
SELECT quantile(0.5)(dateDiff('ms', event_time, inserted_at)) AS p50,
    quantile(0.99)(dateDiff('ms', event_time, inserted_at)) AS p99
FROM arrivals
WHERE kind = 'message' AND inserted_at >= now() - {seconds:UInt32}
"""
_ASK_EVERY = 0.2
"""Seconds: asking without a pause would itself take what a core has."""
_ASKED = ("/api/v1/queues", "/api/v1/events?limit=50", "/api/v1/errors/summary")


@click.command("live")
@click.option("--clients", default=100, show_default=True)
@click.option("--rate", default=1_000, show_default=True, help="Messages/s.")
@click.option("--pairs", default=0, show_default=True, help="Spans, and events, beside each.")
@click.option("--seconds", default=20, show_default=True, help="Length of each part.")
def live(clients: int, rate: int, pairs: int, seconds: int) -> None:
    """REST without and with clients, no messages and many; produce to client. On ports 1942x."""
    with tempfile.TemporaryDirectory() as home:
        local = LocalSettings(
            agent_telemetry_home=Path(home),
            kafka_port=19420, clickhouse_port=19422, otlp_grpc_port=19423,
            otlp_http_port=19424, query_port=PORT, collector_health_port=19426,
            kafka_bootstrap_servers="", clickhouse_url="", clickhouse_reader_url="",
        )  # fmt: skip
        stack = Stack(local)
        stack.up(lambda settings: programs.stages(settings, ()))
        try:
            _measure(stack, clients, rate, pairs, seconds)
        finally:
            stack.down()


def _measure(stack: Stack, clients: int, rate: int, pairs: int, seconds: int) -> None:
    _send(stack.settings.kafka, 100, 1, 5)  # makes the topics, and everything warm
    pids = {name: int(p["pid"]) for name, p in stack.supervisor.processes().items()}
    names = ", ".join(pids)
    click.echo(
        "| messages/s | clients | REST p50 ms | p95 | messages heard "
        "| produce to client p50 ms | p99 | until its insert p50 | p99 "
        f"| CPU s of {names} | query peak RSS MB |"
    )
    click.echo("|" + "---|" * 11)
    parts = (
        (0, 0, True), (0, clients, True),
        (rate, 0, True), (rate, clients, True), (rate, clients, False),
    )  # fmt: skip
    for sent, listeners, asks in parts:
        mine, theirs = multiprocessing.Pipe()
        hearers = multiprocessing.Process(target=_hear, args=(listeners, theirs), daemon=True)
        hearers.start()
        mine.recv()
        sender = Thread(target=_send, args=(stack.settings.kafka, sent, pairs, seconds))
        with Watch(pids) as watch:
            sender.start()
            asked = _ask(sender) if asks else []
            sender.join()
            time.sleep(_LAST_SECONDS)
        mine.send("enough")
        waits = mine.recv()
        hearers.join()
        client = connect(Settings(clickhouse_url=stack.settings.clickhouse))
        (stored,) = client.query(_STORED, parameters={"seconds": seconds + 3}).result_rows
        cells = (
            sent, listeners, _ms(asked, 50), _ms(asked, 95),
            f"{len(waits):,} of {listeners * sent * seconds:,}", _ms(waits, 50), _ms(waits, 99),
            *(f"{figure:.0f}" if sent else "" for figure in stored),
            ", ".join(f"{watch.uses[name].cpu_seconds:.1f}" for name in pids),
            f"{watch.uses['query'].peak_rss_mb:.0f}",
        )  # fmt: skip
        click.echo(f"| {' | '.join(map(str, cells))} |")


def _ms(seconds: list[float], percent: int) -> str:
    if not seconds:
        return ""
    return f"{sorted(seconds)[len(seconds) * percent // 100] * 1000:.0f}"


def _ask(sender: Thread) -> list[float]:
    """Seconds of requests, five a second at most, while the sender lives."""
    took = []
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=60) as client:
        while sender.is_alive():
            for path in _ASKED:
                began = time.perf_counter()
                client.get(path).raise_for_status()
                took.append(time.perf_counter() - began)
                time.sleep(max(0.0, _ASK_EVERY - took[-1]))
    return took


def _send(bootstrap: str, rate: int, pairs: int, seconds: int) -> None:
    """So many messages a second, each with so many spans and events.

    Every other one answers a task of a second ago.
    """
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=5)
    for agent in ("bench", *(f"agent-{number}" for number in range(_AGENTS))):
        # Else the first message waits for each, and what was late then comes at once.
        producer.partitions_for(f"agent-queue-{agent}")
    run = uuid.uuid4()
    began = time.time()
    for index in range(rate * seconds):
        if (wait := began + index / rate - time.time()) > 0:
            time.sleep(wait)
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f"{now % 1:.6f}"[1:]
        agent = f"agent-{index // 2 % _AGENTS}"
        is_task = index % 2 == 0
        to = agent if is_task else "bench"
        _produce(producer, f"agent-queue-{to}", message_id=f"{run}-{index}", timestamp=stamp,
                 message_type="task" if is_task else "result",
                 source_agent="Bench" if is_task else agent, target_agent=to,
                 parent_message_id="" if is_task else f"{run}-{index - 1 - rate // 2 * 2}",
                 payload={"sent": now, "text": "x" * 500})  # fmt: skip
        for _ in range(pairs):
            _produce(producer, "agent-telemetry-events", event_id=str(uuid.uuid4()),
                     event_type="agent_start", agent_name=agent, severity="info", message="hi",
                     timestamp=stamp, data={})  # fmt: skip
            _produce(producer, "agent-telemetry-spans", span_id=uuid.uuid4().hex[:16],
                     trace_id=uuid.uuid4().hex, agent_name=agent, span_kind="task",
                     status="completed", start_time=stamp, end_time=stamp)  # fmt: skip
    producer.flush()
    producer.close(timeout=10)
    time.sleep(max(0.0, began + seconds - time.time()))


def _produce(producer: KafkaProducer, topic: str, **value: object) -> None:
    producer.send(topic, value=json.dumps(value).encode())


def _hear(clients: int, pipe: Connection) -> None:
    """In a process of its own: seconds from each message's produce until it was here."""
    selector = selectors.DefaultSelector()
    sockets = {sock.fileno(): sock for sock in map(_connect, range(clients))}
    for sock in sockets.values():
        selector.register(sock, selectors.EVENT_READ, bytearray())
    pipe.send("ready")
    waits: list[float] = []
    while not pipe.poll(0):
        for key, _ in selector.select(0.1):
            data: bytearray = key.data
            data += sockets[key.fd].recv(1 << 18)
            # Whatever waits longest in it stands for all of it: to look at each takes a core.
            last = data.rfind(_MARK, 0, max(len(data) - 40, 0))
            if last < 0:
                continue
            if found := _SENT.search(data):
                wait = time.time() - float(found[1])
                waits += [wait] * data.count(_MARK, 0, last + len(_MARK))
            del data[: last + len(_MARK)]
    pipe.send(waits)


def _connect(number: int) -> socket.socket:
    """A client that wants all messages."""
    sock = socket.create_connection(("127.0.0.1", PORT))
    key = base64.b64encode(os.urandom(16)).decode()
    lines = (
        f"GET /ws/debug/bench-{number} HTTP/1.1",
        f"Host: 127.0.0.1:{PORT}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    )
    sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    if not sock.recv(4096).startswith(b"HTTP/1.1 101"):
        raise click.ClickException("the WebSocket was refused")
    text = json.dumps({"type": "subscribe", "kinds": ["message"]}).encode()
    sock.sendall(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)  # masked by zeros
    return sock
