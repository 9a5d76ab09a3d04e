"""What holds for every table, and the page that describes them."""

import re
from pathlib import Path

import pytest

from tests.clickhouse.migrations.store import Row, Store

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"
KEYS = {
    "agent_messages": (
        "toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash",
        "toISOWeek(event_time)",
    ),
    "agent_names": ("agent, name", ""),
    # Written by the observer alone, which takes out what has another time now.
    "answered_tasks": (
        "toStartOfFiveMinutes(event_time), event_time, message_hash",
        "toISOWeek(event_time)",
    ),
    "arrivals": ("inserted_at, row_id", "toDate(inserted_at)"),
    "dead_letters": ("topic, partition, offset, value_hash", ""),
    "error_reports": ("error_id", ""),
    "event_times": ("event_time, event_id", "toISOWeek(event_time)"),
    "events": ("event_id", ""),
    "finding_notices": ("opened_at, finding_id, destination, event, detail", ""),
    "finding_runs": ("run", ""),
    "findings": ("opened_at, finding_id", ""),
    "handoff_times": (
        "toStartOfFiveMinutes(event_time), event_time, message_id, is_record",
        "toISOWeek(event_time)",
    ),
    "handoffs": ("message_id", ""),
    "kafka_latest": ("metric, topic, partition, consumer_group", ""),
    "kafka_offsets": (
        "metric, toStartOfHour(observed_at), topic, partition, consumer_group, observed_at",
        "",
    ),
    "message_index": ("id_hash, topic, partition, offset, value_hash", ""),
    "message_repeats": ("bucket, topic, partition, offset, value_hash", ""),
    "known_failures": ("event_time, failure_id", ""),
    "observed_figures": (
        "metric, observed_at, namespace, name, container, uid",
        "toISOWeek(observed_at)",
    ),
    "observed_things": ("kind, observed_at, namespace, name, uid", "toISOWeek(observed_at)"),
    "observer_progress": ("job, key", ""),
    "open_signs": ("message_hash, event_time, event_name, agent", ""),
    "open_tasks": ("message_id", ""),
    "otel_logs": ("Identity", "toISOWeek(EventTime)"),
    "otel_traces": ("TraceId, SpanId", "toISOWeek(EventTime)"),
    "otlp_records": ("topic, partition, offset", ""),
    "queue_counts": ("seconds, bucket, side, agent, message_type, priority", ""),
    "redrive_claims": ("task_key, claim", ""),
    "search_ids": ("id, kind, trace_id", ""),
    "span_ends": ("end_bucket, end_time, trace_id, span_id", ""),
    "span_metrics": ("record_hash", ""),
    "span_outlines": ("bucket, trace_id, span_id", "toISOWeek(event_time)"),
    "span_rollups": ("step, bucket, agent, name, kind, model", ""),
    "task_answers": (
        "parent_hash, parent_message_id, message_id, topic, partition, offset, value_hash",
        "",
    ),
    "task_events": ("message_hash, message_id, event_id", ""),
    "tasks": ("message_id", ""),
    "trace_buckets": ("trace_id, bucket", ""),
    "trace_events": ("trace_id, event_id", ""),
    "trace_handoffs": ("trace_id, message_id", ""),
    "trace_index": ("trace_id", ""),
    "trace_links": ("linked_trace_id, linked_span_id, trace_id, span_id", ""),
    "trace_messages": (
        "trace_id, message_id, topic, partition, offset, value_hash",
        "",
    ),
    "trace_records": ("trace_id", ""),
    "trace_summaries": ("bucket, trace_id", ""),
} | {
    f"otel_metrics_{kind}": (
        "MetricName, ServiceName, PointHash, TimeUnix, StartTimeUnix",
        "toISOWeek(EventTime)",
    )
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary")
}
AGGREGATES = re.compile(r"\b(sum|count|avg|uniq|quantile|median|any|groupArray|topK)\w*\(", re.I)


def tables(store: Store, where: str) -> list[Row]:
    return store.rows(
        "SELECT name, engine, comment, sorting_key, partition_key, as_select FROM system.tables"
        f" WHERE database = 'contract' AND {where} ORDER BY name"
    )


def columns(store: Store, table: str) -> list[Row]:
    return store.rows(
        "SELECT name, comment FROM system.columns"
        " WHERE database = 'contract' AND table = {table:String} ORDER BY position",
        table=table,
    )


def test_keys_hold_what_never_changes(engine: Store) -> None:
    found = {
        row["name"]: (row["sorting_key"], row["partition_key"])
        for row in tables(engine, "engine LIKE '%MergeTree'")
    }
    assert found == KEYS


def test_an_insert_of_any_dates_stays_below_the_limit_of_partitions(engine: Store) -> None:
    limit = engine.value(
        "SELECT toUInt32(value) FROM system.settings WHERE name = 'max_partitions_per_insert_block'"
    )
    weeks = engine.value(
        "SELECT uniqExact(toISOWeek(toDateTime64('2000-01-01 00:00:00', 9, 'UTC')"
        " + INTERVAL number DAY)) FROM numbers(36600)"
    )
    assert weeks == 53 < limit


def test_materialized_views_only_transform(engine: Store) -> None:
    views = tables(engine, "engine = 'MaterializedView'")
    assert len(views) > 20
    for view in views:
        assert not AGGREGATES.search(view["as_select"]), view["name"]
        if "GROUP BY" in view["as_select"]:
            # One row for each Kafka record, or a minimum: both the same when it comes again.
            assert view["name"].startswith(
                ("otlp_records_from_", "trace_index_from_", "agent_names_from_")
            )


def test_views_never_throw(engine: Store) -> None:
    """Conversions that throw fail a whole insert because of one row."""
    throwing = re.compile(
        r"\b(to(Int|UInt|Float)(8|16|32|64)|parseDateTime\w*(?<!OrNull)|base64Decode|throwIf"
        r"|toUUID|toDate|arrayElementOrThrow)\("
    )
    for view in tables(engine, "engine = 'MaterializedView'"):
        calls = {match[0] for match in throwing.finditer(view["as_select"])}
        # Of a time that is clamped, or an integer: nothing to fail.
        assert calls <= {"toUInt64("}, view["name"]


def test_every_table_and_column_has_a_comment(engine: Store) -> None:
    for table in tables(engine, "engine != 'MaterializedView'"):
        assert table["comment"], table["name"]
        if table["engine"].endswith("MergeTree"):
            # The parts of a Nested column are named by it.
            silent = [c["name"] for c in columns(engine, table["name"])
                      if not c["comment"] and "." not in c["name"]]  # fmt: skip
            assert not silent, table["name"]


def described() -> dict[str, set[str]]:
    """What the page names: the columns of each table."""
    result: dict[str, set[str]] = {}
    name = ""
    for line in PAGE.read_text().splitlines():
        if heading := re.match(r"### `(\w+)", line):
            name = heading[1]
            result[name] = set()
        elif row := re.match(r"\| `([^`]+)` \|", line):
            result[name].add(row[1])
    return result


@pytest.mark.parametrize("kind", ["tables", "views"])
def test_the_page_describes_every_table_and_column(engine: Store, kind: str) -> None:
    engines = "engine LIKE '%MergeTree'" if kind == "tables" else "engine = 'View'"
    page = described()
    for table in tables(engine, engines):
        name = table["name"]
        assert name in page, f"docs/tables.md lacks {name}"
        names = {c["name"].split(".")[0] if "." in c["name"] else c["name"]
                 for c in columns(engine, name)} or view_columns(engine, name)  # fmt: skip
        assert names - page[name] == set(), f"docs/tables.md lacks columns of {name}"
        assert page[name] - names == set(), f"docs/tables.md has columns {name} does not have"


def test_the_page_describes_nothing_else(engine: Store) -> None:
    known = {row["name"] for row in tables(engine, "engine LIKE '%MergeTree' OR engine = 'View'")}
    assert described().keys() - known == set()


def view_columns(store: Store, name: str) -> set[str]:
    """The columns of a parameterized view."""
    windows = ("touched_from", "touched_to", "bucket_from", "bucket_to")
    times = ("at", "now", "since", "until", *windows)
    given = dict.fromkeys(times, "'2100-01-01'") | {
        "open_only": "0",
        "trace_id": "''",
        "shard": "0",
        "shards": "1",
        **dict.fromkeys(("places", "topics", "waits"), "['t']"),
        **dict.fromkeys(("passed", "begins"), "[0]"),
    }
    text = store.value(
        "SELECT create_table_query FROM system.tables"
        " WHERE database = 'contract' AND name = {name:String}",
        name=name,
    )
    arguments = ", ".join(f"{k} = {v}" for k, v in given.items() if f"{{{k}:" in text)
    return {row["name"] for row in store.rows(f"DESCRIBE {name}({arguments})")}
