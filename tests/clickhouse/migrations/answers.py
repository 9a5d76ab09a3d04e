"""Everything that can be asked, in one order."""

from tests.clickhouse.migrations.store import Store

# What may differ between deliveries: when and where a row came.
ANSWERS = {
    "deliveries": "SELECT message_id, uniqExact(body) FROM agent_messages FINAL GROUP BY 1",
    "messages": "SELECT DISTINCT * EXCEPT (partition, offset, arrived_at, payload)"
    " FROM agent_messages FINAL",
    "tasks": "SELECT * EXCEPT (partition, offset, arrived_at, version) FROM tasks FINAL",
    "open": "SELECT message_id, body FROM open_tasks FINAL",
    "open_signs": "SELECT * FROM open_signs FINAL",
    "signs": "SELECT * EXCEPT (arrived_at) FROM task_events FINAL",
    "spans": "SELECT * EXCEPT (arrived_at, topic, partition, offset) FROM spans",
    "traces": "SELECT * EXCEPT (arrived_at, topic, partition, offset, version)"
    " FROM trace_records FINAL",
    "trace_index": "SELECT trace_id, min(start_time) FROM trace_index GROUP BY trace_id",
    "logs": "SELECT * EXCEPT (ArrivedAt, Topic, Partition, Offset) FROM otel_logs FINAL",
    "events": "SELECT * EXCEPT (arrived_at) FROM events FINAL",
    "errors": "SELECT * EXCEPT (arrived_at) FROM error_reports FINAL",
    "handoffs": "SELECT * EXCEPT (arrived_at, version) FROM handoffs FINAL",
    "task_handoffs": "SELECT message_id, argMax(tuple(* EXCEPT (message_id, partition, offset)),"
    " version) FROM task_handoffs GROUP BY message_id",
    "metrics": "SELECT * EXCEPT (arrived_at) FROM span_metrics FINAL",
    "gauges": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_gauge FINAL",
    "sums": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_sum FINAL",
    "histograms": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_histogram FINAL",
    "exponential": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_exponential_histogram FINAL",
    "summaries": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_summary FINAL",
    "things": "SELECT * EXCEPT (arrived_at) FROM observed_things FINAL",
    "things_figures": "SELECT * EXCEPT (arrived_at) FROM observed_figures FINAL",
    "offsets": "SELECT * EXCEPT (arrived_at) FROM kafka_offsets FINAL",
    "handoff_times": "SELECT * EXCEPT (arrived_at, version) FROM handoff_times FINAL",
    "agent_names": "SELECT agent, name, min(first_seen), max(last_seen) FROM agent_names"
    " GROUP BY agent, name",
    "latest": "SELECT * EXCEPT (arrived_at) FROM kafka_latest FINAL",
    "index": "SELECT DISTINCT * EXCEPT (partition, offset, arrived_at) FROM message_index FINAL",
    "topics": "SELECT * REPLACE (arraySort(groups) AS groups) FROM topics_now",
    "topics_at": "SELECT * REPLACE (arraySort(groups) AS groups)"
    " FROM topics_at(at = '2026-11-22 12:30:00')",
    "pending": "SELECT * EXCEPT (partition, offset, value_hash, behind, is_consumed, state)"
    " FROM open_task_states(now = '2026-11-22 12:30:00', places = ['agent-queue-writer/0'],"
    " passed = [1], begins = [1], topics = ['agent-queue-writer'], waits = ['queued'])",
    "pending_at": "SELECT * EXCEPT (partition, offset, value_hash, behind, is_consumed, state)"
    " FROM open_task_states_at(at = '2026-11-22 12:30:00', places = ['agent-queue-writer/0'],"
    " passed = [1], begins = [1], topics = ['agent-queue-writer'], waits = ['queued'])",
    "commits": "SELECT * FROM consumer_commits(at = '2026-11-22 12:30:00')",
    "readers": "SELECT * REPLACE (arraySort(groups) AS groups)"
    " FROM queue_readers(at = '2026-11-22 12:30:00')",
    "failures": "SELECT * FROM error_failures(at = '2026-11-22 12:30:00')",
    "dead": "SELECT DISTINCT topic, value_hash, reason, value FROM dead_letters FINAL",
    "arrivals": "SELECT DISTINCT kind, id, trace_id, parent_id, agent, source, type, severity,"
    " state, event_time FROM arrivals WHERE kind != 'dead_letter'",
    "outlines": "SELECT * EXCEPT (arrived_at, version) FROM span_outlines FINAL",
    "buckets": "SELECT trace_id, bucket FROM trace_buckets FINAL",
    "trace_messages": "SELECT DISTINCT * EXCEPT (partition, offset, arrived_at)"
    " FROM trace_messages FINAL",
    "trace_handoffs": "SELECT * EXCEPT (arrived_at, version) FROM trace_handoffs FINAL",
    "links": "SELECT * EXCEPT (arrived_at, version) FROM trace_links FINAL",
    "ids": "SELECT * EXCEPT (arrived_at, version) FROM search_ids FINAL",
    "ends": "SELECT * EXCEPT (arrived_at, version) FROM span_ends FINAL",
    "event_times": "SELECT * EXCEPT (arrived_at) FROM event_times FINAL",
    "trace_events": "SELECT * EXCEPT (arrived_at) FROM trace_events FINAL",
    "trace_states": "SELECT * FROM traces(at = '2026-11-22 12:30:00', now = '2026-11-22 12:30:00')",
    "figures": "SELECT * FROM span_figures(at = '2026-11-22 12:30:00',"
    " since = '2026-11-22 00:00:00', until = '2026-11-23 00:00:00')",
}
COUNTS = {
    "deliveries": 6, "messages": 6, "tasks": 3, "open": 2, "signs": 3, "spans": 5, "traces": 1,
    "trace_index": 2, "logs": 6, "events": 6, "errors": 5, "handoffs": 2, "metrics": 1,
    "gauges": 9, "sums": 1, "histograms": 1, "exponential": 1, "summaries": 1, "offsets": 6,
    "commits": 2, "readers": 1, "failures": 5, "dead": 2, "outlines": 5, "buckets": 2,
    "trace_messages": 6, "task_handoffs": 3, "trace_handoffs": 2,
    "links": 1, "ends": 3, "event_times": 6, "trace_events": 6,
    "things": 3, "things_figures": 2, "trace_states": 2, "figures": 3, "arrivals": 26, "ids": 27,
}  # fmt: skip


def answers(store: Store) -> dict[str, list[str]]:
    """Every answer, its rows in one order."""
    result = {name: sorted(map(str, store.rows(sql))) for name, sql in ANSWERS.items()}
    states = store.states().values()
    keys = {"partition", "offset", "value_hash"}
    told = [sorted((k, v) for k, v in row.items() if k not in keys) for row in states]
    return result | {"states": sorted(map(str, told))}
