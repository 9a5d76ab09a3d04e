"""Contract 3 in Python; drawn traffic, beside the view: observer/test_failures.py."""

from typing import Any

from query_service.models.failure import APART, Report, failures, of_several_spans

SECOND = 10**9
PARENTS = {"root": "", "a": "root", "b": "root", "a1": "a"}


def report(error_id: str, span: str, seconds: float, **fields: Any) -> Report:
    usual: dict[str, Any] = {
        "error_id": error_id,
        "unit": "t",
        "trace_id": "t",
        "span_id": span,
        "time": round(seconds * SECOND),
        "arrival": 0,
        "alike": 1,
        "severity": "error",
        "category": "unknown",
        "agent": "a",
        "group_key": "1",
        "error_type": "E",
        "agent_name": "A",
        "owner": "a",
        "release": "",
    }
    return Report(**usual | fields)


def told(*reports: Report) -> list[str]:
    found = failures(reports, {"t": PARENTS})
    return [" ".join(one.error_id for one in failure.reports) for failure in found]


def test_siblings_and_their_parent() -> None:
    assert told(report("1", "a", 0), report("2", "b", 1)) == ["1", "2"]
    assert told(report("3", "root", 2), report("2", "b", 1), report("1", "a", 0)) == ["1 3", "2"]
    assert told(report("1", "a", 0), report("2", "a1", 1), report("3", "b", 2)) == ["1 2", "3"]
    assert told(report("1", "a", 0), report("2", "b", 1, alike=2)) == ["1", "2"]


def test_what_is_not_known_of_spans_does_not_part_them() -> None:
    assert told(report("1", "", 0), report("2", "b", 1)) == ["1 2"]
    assert told(report("1", "nobody", 0), report("2", "b", 1)) == ["1 2"]


def test_a_minute_parts_them() -> None:
    assert told(report("1", "a", 0), report("2", "a", 60), report("3", "a", 121)) == ["1 2", "3"]
    apart = [report("1", "a", 0), report("2", "a", 0, time=APART + 1)]
    assert told(*apart) == ["1", "2"]


def test_spans_that_are_their_own_ancestors() -> None:
    spans = {"t": {"a": "b", "b": "a", "c": "d", "d": "c"}}
    assert len(failures([report("1", "a", 0), report("2", "b", 1)], spans)) == 1
    assert len(failures([report("1", "a", 0), report("2", "c", 1)], spans)) == 2


def test_a_storm_of_reports_in_one_trace_stays_cheap() -> None:
    line = {str(n + 1): str(n) for n in range(3_000)}
    reports = [
        report(f"{n:04}", str(n + 1), n * 0.01 + (0 if n < 1_000 else 61)) for n in range(3_000)
    ]
    found = failures(reports, {"t": line})
    assert [(f.first.error_id, len(f.reports)) for f in found] == [("0000", 1000), ("1000", 2000)]


def test_spans_are_wanted_where_alike_reports_name_several() -> None:
    alone = [report("1", "a", 0), report("2", "a", 1), report("3", "", 2)]
    assert of_several_spans(alone) == []
    assert of_several_spans([*alone, report("4", "b", 3, alike=2)]) == []
    assert of_several_spans([*alone, report("4", "b", 3)]) == ["t"]
