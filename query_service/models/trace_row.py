"""The row of a trace, of what its spans show and what its record says."""

from query_service.db import Row

NOTHING: Row = {
    "last_end": None,
    "last_end_ns": None,
    "span_count": 0,
    "open_spans": 0,
    "failed_spans": 0,
    "llm_calls": 0,
    "tool_calls": 0,
    "total_tokens": 0,
    "cost": None,
    "has_root": False,
    "root_agent_id": "",
    "root_agent_name": "",
    "root_status": "",
    "agents": [],
    "agent_count": 0,
    "models": [],
    "session_id": "",
    "user_id": "",
    "failed_top": [],
    "user_input": "",
    "final_output": "",
}
"""What no spans show."""
ROOT_WAIT_NS = 3600 * 10**9
_NO_FAILURE = (None, "", "", "")
_RUNS = ("", "running", "waiting")
_SAID = ("session_id", "user_id", "user_input", "final_output")


def trace_row(spans: Row | None, record: Row | None, now_ns: int) -> Row:
    """As the view traces_open has it, of a row of `traces/computed` and one of `traces/records`, of
    which there is one at least."""
    both = [row for row in (spans, record) if row]
    first = min(both, key=lambda row: int(row["key_time"]))
    told = record if record and record["is_known"] else {}
    shown = {**NOTHING, **(spans or {}), "record": told.get("record", "")}
    ends = [row for row in (shown, told) if row.get("last_end_ns") is not None]
    last = max(ends, key=lambda row: int(row["last_end_ns"]), default=NOTHING)
    status = _status(shown, told, now_ns)
    start, end = first["key_time"], last["last_end_ns"]
    _, failed_span_id, _, error_message = (*shown["failed_top"], _NO_FAILURE)[0]
    is_over = status != "running" and end is not None
    return {
        **shown,
        **{name: told[name] for name in _SAID if told.get(name)},
        "trace_id": first["trace_id"],
        "start_time": first["start_time"],
        "key_time": start,
        "status": status,
        "failed_span_id": failed_span_id,
        "error_message": error_message,
        "ended_at": last["last_end"] if is_over else None,
        "duration_ns": end - start if is_over and end >= start else None,
    }


def _status(shown: Row, told: Row, now_ns: int) -> str:
    """A trace without its root runs for an hour from its last sign."""
    said = str(told.get("status", ""))
    is_told = said not in _RUNS
    if said == "failed" or shown["failed_top"]:
        return "failed"
    if is_told:
        return said
    awaits_root = shown["span_count"] and not shown["has_root"]
    if awaits_root and shown["last_sign_ns"] > now_ns - ROOT_WAIT_NS:
        return "running"
    if shown["open_spans"] or not (shown["span_count"] or told):
        return "running"
    return "cancelled" if shown["root_status"] == "cancelled" else "completed"
