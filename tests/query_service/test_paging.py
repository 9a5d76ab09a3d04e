"""Pages of errors: what was there at the first page is shown once."""

from tests.query_service.engine import Service, load, produced


def _report(number: int, second: int, **fields: str) -> dict[str, object]:
    return produced(
        "agent-telemetry-errors",
        number,
        error_id=f"e{number}",
        error_type=f"Error{number}",
        error_message="odd",
        timestamp=f"2026-11-22T11:00:{second:02}",
        **fields,
    )


def test_each_failure_is_on_one_page_whatever_comes_between(empty: Service) -> None:
    load(empty.tables, [_report(n, 10 + n // 2) for n in range(20)])  # two at each second
    seen: list[str] = []
    cursor = ""
    for page in range(10):
        answer = empty.get(f"/api/v1/errors?limit=3{cursor}")
        seen += [error["error_id"] for error in answer["errors"]]
        # An earlier report of a failure that was shown would move it to a later page.
        moved = produced(
            "agent-telemetry-errors",
            100 + page,
            error_id=f"late{page}",
            error_type=f"Error{19 - page}",
            error_message="odd",
            timestamp="2026-11-22T11:00:01",
        )
        load(empty.tables, [moved])
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert len(seen) == len(set(seen))
    assert {e for e in seen if e.startswith("e")} == {f"e{n}" for n in range(20)}


def test_a_limit_of_zero_has_totals_and_no_rows(empty: Service) -> None:
    load(empty.tables, [_report(n, n) for n in range(3)])
    answer = empty.get("/api/v1/errors?limit=0")
    assert (answer["total"], answer["errors"], answer["next_cursor"]) == (3, [], None)


def test_the_errors_of_an_agent_have_a_window_and_pages(empty: Service) -> None:
    agents = ("Code Helper", "Writer")
    records = [_report(n, n, agent_name=agents[n % 2]) for n in range(20)]
    load(empty.tables, records)
    window = "since=2026-11-22T11:00:04&until=2026-11-22T11:00:14&limit=2"
    seen, cursor = [], ""
    for _ in range(3):
        answer = empty.get(f"/api/v1/errors/agent/code-helper?{window}{cursor}")
        assert (answer["error_count"], answer["report_count"]) == (5, 5)
        seen += [error["error_id"] for error in answer["errors"]]
        cursor = f"&cursor={answer['next_cursor']}"
    assert answer["next_cursor"] is None
    assert seen == ["e12", "e10", "e8", "e6", "e4"]
