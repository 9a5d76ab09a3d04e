"""Whatever is stored, the state has its schema."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from query_service.models.oracle_gateway import METRICS
from query_service.models.values import iso
from query_service.oracle.validate import VALIDATOR
from tests.clickhouse.migrations.records import kafka, otlp_span, record, seen, sign, span
from tests.query_service.engine import NOW, Service, clear
from tests.query_service.test_open_task_states import Fact, insert

times = st.one_of(
    st.integers(0, 7_200).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    st.integers(0, 100).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    st.sampled_from([datetime(1970, 1, 1), datetime(2105, 1, 1), NOW + timedelta(hours=1)]),
)
lately = st.integers(2, 100).map(lambda seconds: NOW - timedelta(seconds=seconds))
seen_at = st.one_of(*[lately] * 7, times)
texts = st.one_of(
    st.sampled_from(["", " ", "-", "coder", "code r", "CODE_R", "ärger\0", "a:b", "x" * 3_000]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)  # fmt: skip
numbers = st.sampled_from([0, 1, -1, 0.5, 1e308, 10**30, True])
odd = st.recursive(
    st.one_of(st.none(), numbers, texts, st.sampled_from(["\ud800", float("nan"), float("inf")])),
    lambda some: st.one_of(st.lists(some, max_size=2), st.dictionaries(texts, some, max_size=2)),
    max_leaves=3,
)


def one_of(*usual: Any) -> st.SearchStrategy[Any]:
    """What is usual, or anything."""
    return st.one_of(st.sampled_from(usual), st.sampled_from(usual), odd)


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these fields."""
    return st.fixed_dictionaries({}, optional=known)


def changed(
    usual: dict[str, Any], **known: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    """What is usual but for two fields: with more that are odd it is left out."""
    one = st.one_of(
        *(st.fixed_dictionaries({name: value}) for name, value in known.items()), st.just({})
    )
    return st.builds(lambda first, second: usual | first | second, one, one)


DEPLOYMENT = {
    "desired": 2, "ready": 1, "available": 1, "images": ["i:1"], "max_cpu": "500m",
    "max_memory": "1Gi", "rolled_out_at": "2026-11-22T11:00:00Z", "problem": "x: y",
    "marks": {"agent": "true", "name": "Coder", "models": "a,b,a, ,", "description": "d"},
}  # fmt: skip
POD = {
    "phase": "Running", "workload": "coder", "workload_kind": "Deployment", "restarts": 1,
    "containers": [{"name": "c", "ready": False, "last_reason": "Error"}],
}  # fmt: skip
MODEL = {"model": "openai/m", "provider": "openai", "tpm_max": 1000, "input_types": ["text"]}
usual_names = st.sampled_from(["coder", "Coder", "code r", "writer", "a-writer", ""])
names = st.one_of(usual_names, usual_names, texts)
deployed = st.one_of(st.sampled_from(["coder", "writer"]), names)
pod_names = st.one_of(st.sampled_from(["p-1", "p-2"]), names)
marks = fields(
    agent=st.sampled_from(["true", "True", "no"]), name=names, description=texts, models=texts,
    exclude=st.sampled_from(["true", "false", "no"]),
)  # fmt: skip
deployments = changed(
    DEPLOYMENT, desired=one_of(0, 5), ready=one_of(0), available=one_of(0),
    images=one_of([], [None]),
    max_cpu=one_of("1"), max_memory=one_of("1"), problem=one_of(None), marks=one_of({}) | marks,
    rolled_out_at=one_of("", "0001-01-01T00:00:00+14:00", "10000-01-01"),
)  # fmt: skip
pods = changed(
    POD, phase=one_of("Failed", "Evicted"), workload=deployed, reason=one_of("OOMKilled"),
    workload_kind=one_of("StatefulSet", "Job"), restarts=one_of(3), node=one_of("n"),
    containers=one_of([{}]),
)  # fmt: skip
models = changed(
    MODEL, model=one_of("m"), provider=one_of(""), payment_type=one_of("free"),
    tpm_max=one_of(0), rpm_max=one_of(10), input_context=one_of(128), output_dim=one_of(3),
    input_types=one_of(["text"], [1]), loaded=one_of(True), size=one_of(7),
    expires_at=one_of("2026-11-22T12:40:00.123456789+02:00", "0001-01-01T00:00:00+14:00"),
)  # fmt: skip
sources = fields(
    state=one_of("ok", "unreachable", "off"), message=one_of("why"), keep_alive=one_of(60, 1e9, -5)
)


def stamp(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ")


def thing(kind: str, name: str, at: datetime, attributes: Any, is_text: bool) -> Fact:
    row = seen(1, "entity_state", stamp(at), kind)
    space = "agent_telemetry.source.name" if "source" in kind else "k8s.namespace.name"
    row["LogAttributes"] |= {
        "otel.entity.id": json.dumps({space: "shop", f"{kind}.name": name, f"{kind}.uid": name}),
        "otel.entity.attributes": repr(attributes) if is_text else json.dumps(attributes),
    }
    return "landing_logs", row


def model(source: str, name: str, at: datetime, attributes: Any, is_text: bool) -> Fact:
    kind = "agent_telemetry.model"
    table, row = thing(kind, name, at, attributes, is_text)
    named = {"agent_telemetry.source.name": source, f"{kind}.name": name, f"{kind}.uid": name}
    row["LogAttributes"]["otel.entity.id"] = json.dumps(named)
    return table, row


def model_figure(metric: str, name: str, at: datetime, value: float) -> Fact:
    named = {"agent_telemetry.source.name": "litellm", "agent_telemetry.model.name": name}
    row = kafka("x", value, stamp(at), **named | {"agent_telemetry.model.uid": name})
    row |= {"MetricName": metric, "ServiceName": "agent-telemetry-observer"}
    return "landing_metrics_gauge", row


def figure(metric: str, pod: str, at: datetime, value: float) -> Fact:
    row = kafka("x", value, stamp(at), **{"k8s.pod.name": pod, "k8s.pod.uid": pod})
    row |= {"MetricName": metric, "ServiceName": "agent-telemetry-observer"}
    return "landing_metrics_gauge", row


def task(name: str, agent: str, cause: str, body: dict[str, Any]) -> Fact:
    value = {"message_id": name, "message_type": "task", **body}
    headers = {"cause-message-id": cause}
    return "landing_records", record(f"agent-queue-{agent}", len(repr(body)), value, headers)


def event(name: str, kind: str, at: datetime, agent: str, outcome: str) -> Fact:
    told = {"gen_ai.agent.name": agent, "agent_telemetry.task.outcome": outcome}
    return "landing_logs", sign(1, kind, name, stamp(at), **told)


def json_span(body: dict[str, Any]) -> Fact:
    return "landing_records", record("agent-telemetry-spans", len(repr(body)), span(**body))


def call(at: datetime, agent: str, model: str, tokens: Any, took: int) -> Fact:
    told = {
        "gen_ai.agent.name": agent, "gen_ai.request.model": model, "cost": str(tokens),
        "gen_ai.usage.input_tokens": str(tokens), "agent_telemetry.span.kind": "llm_call",
    }  # fmt: skip
    row = otlp_span(1, Timestamp=stamp(at), SpanId=model, SpanAttributes=told, Duration=took)
    return "landing_traces", row


def commit(agent: str, offset: int, at: datetime, group: str) -> Fact:
    told = {"group": group, "topic": f"agent-queue-{agent}", "partition": "0"}
    return "landing_metrics_gauge", kafka("consumer_group.offset", offset, stamp(at), **told)


ids = st.sampled_from(["t-1", "t-2", "t-3", "t-4"]) | texts
kinds = st.sampled_from(["k8s.deployment", "k8s.statefulset"])
metrics = st.sampled_from(["k8s.pod.cpu.usage", "k8s.pod.memory.working_set"])
values = st.sampled_from([0.5, -1.0, 1e308])
isos = times.map(lambda at: at.replace(tzinfo=None).isoformat()) | texts
tasks_of = fields(
    source_agent=one_of("Coder", "Writer"), target_agent=one_of("coder"), reason=one_of("why"),
    priority=one_of("low", "critical", "soon"), payload=one_of({"a": 1}, {"a": "x" * 400}),
    timestamp=one_of("2026-11-22T12:00:00", "2026-11-22T12:40:00") | isos,
    trace_id=one_of("r-1"), ttl_seconds=one_of(60, 3_600),
)  # fmt: skip
spans_of = fields(
    span_id=ids, trace_id=ids, parent_span_id=ids, agent_name=names, model_name=odd, end_time=isos,
    status=one_of("running", "waiting", "failed"), start_time=isos, span_kind=one_of("agent"),
)  # fmt: skip
never = st.just(False)
facts = st.one_of(
    st.builds(thing, kinds, deployed, seen_at, deployments, never),
    st.builds(thing, kinds, names, seen_at, deployments | odd, st.booleans()),
    st.builds(thing, st.just("k8s.pod"), pod_names, seen_at, pods, never),
    st.builds(thing, st.just("k8s.pod"), names, seen_at, pods | odd, st.booleans()),
    st.builds(
        thing, st.just("agent_telemetry.source"),
        st.sampled_from(["kubernetes", "kubernetes-metrics", "kafka", "litellm"]) | texts, lately,
        sources | odd, never,
    ),
    st.builds(figure, metrics, pod_names, seen_at, values),
    st.builds(
        model, st.sampled_from(["litellm", "ollama"]) | texts, names, seen_at, models | odd,
        never | st.booleans(),
    ),
    st.builds(
        model_figure, st.sampled_from(METRICS), names, seen_at,
        values | st.sampled_from([1.0, 900.0, float("nan"), float("inf")]),
    ),
    st.builds(task, ids, names, ids, tasks_of),
    st.builds(task, ids, st.sampled_from(["coder", "writer"]), ids, tasks_of),
    st.builds(event, ids, st.sampled_from(["claimed", "done"]), times, names,
              st.sampled_from(["failed", "cancelled", "", "odd"])),
    st.builds(json_span, spans_of),
    st.builds(call, times, names, texts, numbers, st.sampled_from([0, 10**9])),
    st.builds(commit, names, st.integers(0, 500), times, st.sampled_from(["g", "h"])),
)  # fmt: skip
CLUSTER = [
    thing("agent_telemetry.source", name, NOW - timedelta(seconds=seconds), {"state": "ok"}, False)
    for name in ("kubernetes", "kubernetes-metrics", "litellm", "litellm-metrics", "ollama")
    for seconds in (1, 55, 115)
] + [
    thing(kind, name, NOW - timedelta(seconds=110), attributes, False)
    for kind, name, attributes in (
        ("k8s.deployment", "coder", DEPLOYMENT),
        ("k8s.pod", "p-1", POD),
        ("k8s.pod", "p-2", POD),
    )
]


# No shrinking: each try takes a second.
@settings(
    max_examples=8,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    drawn=st.lists(facts, min_size=80, max_size=120),
    is_watched=st.sampled_from([True, True, True, False]),
    few=st.booleans(),
)
def test_whatever_is_stored_the_state_has_its_schema(
    empty: Service, monkeypatch: pytest.MonkeyPatch, drawn: list[Fact], is_watched: bool, few: bool
) -> None:
    clear(empty.tables)
    monkeypatch.setattr("query_service.routes.open_now.MOST_OPEN", 0 if few else 100_000)
    held = empty.web.application.extensions["agent_telemetry"].settings
    insert(empty, drawn + CLUSTER * is_watched)
    for mode in ("auto", "all"):
        monkeypatch.setattr(held, "oracle_discovery_mode", mode)
        for at in ("", f"&at={iso(NOW - timedelta(seconds=50))}"):
            VALIDATOR.validate(empty.get(f"/api/v1/oracle/state?strict=true{at}"))
    empty.get("/api/v1/oracle/state?strict=false")  # the client holds it against the document
    empty.get("/api/v1/oracle/state?format=log")
    assert empty.get("/api/v1/oracle/validate")["valid"]
