"""`scripts/bench.sh oracle`: what it records of a cluster, and its table."""

from bench.oracle.command import PAST_MS, Cluster, table
from bench.queries.measure import Figures

from tests.clickhouse_fixture import embedded_clickhouse
from tests.query_service.engine import Service, load, produced, service

__all__ = ["embedded_clickhouse"]


def test_a_cluster_is_recorded_as_the_observer_would(embedded_clickhouse: str) -> None:
    made: Service = service(embedded_clickhouse)
    tasks = [
        produced(f"agent-queue-{name}", 1, message_id=name, source_agent="A", message_type="task")
        for name in ("coder", "writer")
    ]
    load(made.tables, tasks)
    Cluster(made.tables).observe()
    [things] = made.tables.query(
        "SELECT uniq(name), count() / uniq(name), uniqIf(name, kind = 'k8s.pod')"
        " FROM observed_things WHERE kind LIKE 'k8s.%'"
    ).result_rows
    assert things == (3 + 15, 60, 15)
    [figures] = made.tables.query(
        "SELECT count() / uniq(uid) FROM observed_figures WHERE metric = 'k8s.pod.cpu.usage'"
    ).result_rows
    assert figures == (120,)
    made.tables.close()


def test_what_is_too_slow_or_failed_is_seen() -> None:
    told = table(
        {
            "/a": Figures(100, 250, 30, 0, 2_048, 200),
            "/a?at=": Figures(100, 250, 30, 2, 2_048, 500),
        },
        {"/a?at=": PAST_MS},
    )
    assert "| `/a` | 200 | 100 | **250** | 2 |" in told
    assert "| `/a?at=` | 1000 | 100 | 250 (2 × not 200, 500) | 2 |" in told
