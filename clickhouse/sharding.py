"""By what each table is spread over the shards of a cluster.

The columns are of the table's ORDER BY, so that all versions of a row are on one shard, where they
are merged into one. Spans are together with the rest of their trace, a task with its answers.
"""

_TRACE = "cityHash64(trace_id)"
_TASK = "cityHash64(message_id)"
_PLACE = "cityHash64(topic, partition)"
_AGENT = "cityHash64(agent)"

SHARDED_BY = {
    "agent_messages": "value_hash",
    "agent_names": _AGENT,
    "answered_tasks": "message_hash",
    "arrivals": "row_id",
    "dead_letters": "value_hash",
    "error_reports": "cityHash64(error_id)",
    "event_times": "cityHash64(event_id)",
    "events": "cityHash64(event_id)",
    "finding_notices": "cityHash64(finding_id)",
    "finding_runs": "run",
    "findings": "cityHash64(finding_id)",
    "handoff_times": _TASK,
    "handoffs": _TASK,
    "kafka_latest": _PLACE,
    "kafka_offsets": _PLACE,
    "known_failures": "cityHash64(failure_id)",
    "message_index": "id_hash",
    "message_repeats": "value_hash",
    "observed_figures": "cityHash64(name)",
    "observed_things": "cityHash64(name)",
    "observer_progress": "cityHash64(job)",
    "open_signs": "message_hash",
    "open_tasks": _TASK,
    "otel_logs": "cityHash64(Identity)",
    "otel_metrics_exponential_histogram": "PointHash",
    "otel_metrics_gauge": "PointHash",
    "otel_metrics_histogram": "PointHash",
    "otel_metrics_sum": "PointHash",
    "otel_metrics_summary": "PointHash",
    "otel_traces": "cityHash64(TraceId)",
    "otlp_records": _PLACE,
    "queue_counts": _AGENT,
    # Gone since 0012.
    "queue_counts_hourly": _AGENT,
    "redrive_claims": "cityHash64(task_key)",
    "schema_migrations": "number",
    "search_ids": "cityHash64(id)",
    "span_ends": _TRACE,
    "span_metrics": "record_hash",
    "span_outlines": _TRACE,
    "span_rollups": "cityHash64(agent, name)",
    "task_answers": "parent_hash",
    "task_events": "message_hash",
    "tasks": _TASK,
    "trace_buckets": _TRACE,
    "trace_events": _TRACE,
    "trace_handoffs": _TRACE,
    "trace_index": _TRACE,
    "trace_links": "cityHash64(linked_trace_id)",
    "trace_messages": _TRACE,
    "trace_records": _TRACE,
    "trace_summaries": _TRACE,
}
