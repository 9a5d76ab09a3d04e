"""What becomes of committed OTLP records that reached no table, on the real engine."""

from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from query_service.db import Database
from query_service.observer.committed import Committed
from query_service.observer.gap_finder import GapFinder
from query_service.observer.otlp_record import TRACES
from query_service.observer.progress import EPOCH
from query_service.observer.record_reader import Reading, Record

SPAN = Span(trace_id=b"t" * 16, span_id=b"s" * 8, name="work")
WITH_ROWS = TracesData(
    resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[SPAN])])]
).SerializeToString()
GRACE = 300


class Topic:
    """Records by offset, read as from Kafka; and a clock to turn."""

    def __init__(self, records: dict[int, bytes], database: Database) -> None:
        self.records = records
        self.now = 0.0
        self.asked: list[range] = []
        self.finder = GapFinder(database, self.read, GRACE, lambda: self.now)

    def read(self, topic: str, partition: int, ranges: list[range]) -> Reading:
        self.asked += ranges
        found = {
            offset: Record(offset, self.records[offset], {"message-id": "m"})
            for part in ranges
            for offset in part
            if offset in self.records
        }
        return Reading(found, ranges)

    def look(self, committed: int, oldest: int = 0, start: int = 0) -> int:
        return self.finder.look(Committed(TRACES, 1, "id", oldest, committed), start, EPOCH)


def stored(database: Database, *offsets: int, outcome: str = "stored") -> None:
    database.insert(
        "otlp_records",
        [{"topic": TRACES, "partition": 1, "offset": o, "outcome": outcome} for o in offsets],
    )


def outcomes(database: Database) -> dict[int, str]:
    rows = database.client.query("SELECT offset, outcome FROM otlp_records FINAL").result_rows
    return {row[0]: row[1] for row in rows}


def letters(database: Database) -> list[tuple[int, str, str]]:
    rows = database.client.query(
        "SELECT offset, reason, hex(value) FROM dead_letters FINAL ORDER BY offset"
    ).result_rows
    return [(offset, reason, value) for offset, reason, value in rows]


def test_nothing_is_read_when_nothing_is_missing(database: Database) -> None:
    topic = Topic({}, database)
    stored(database, 0, 1, 2, 2)
    assert topic.look(committed=3) == 3
    assert topic.asked == []


def test_each_missing_record_gets_its_outcome(database: Database) -> None:
    topic = Topic({1: b"\xff\x00", 2: b"", 4: b"no otlp"}, database)
    stored(database, 0, 5)
    assert topic.look(committed=6) == 6
    assert topic.asked == [range(1, 5)]
    assert outcomes(database) == {
        0: "stored",
        1: "dead_letter",
        2: "empty",
        3: "empty",  # no record there: a control record
        4: "dead_letter",
        5: "stored",
    }
    assert letters(database) == [
        (1, "otlp_undecodable", "FF00"),
        (4, "otlp_undecodable", b"no otlp".hex().upper()),
    ]


def test_a_second_look_finds_nothing_to_do(database: Database) -> None:
    topic = Topic({0: b"\xff"}, database)
    assert topic.look(committed=1) == 1
    topic.asked.clear()
    assert topic.look(committed=1) == 1
    assert topic.asked == []


def test_rows_that_do_not_come_make_a_dead_letter_after_the_grace(database: Database) -> None:
    topic = Topic({0: WITH_ROWS, 1: b"\xff"}, database)
    assert topic.look(committed=2) == 0, "it waits for the rows of 0"
    assert letters(database) == [(1, "otlp_undecodable", "FF")]
    topic.now = GRACE - 1
    topic.asked.clear()
    assert topic.look(committed=2) == 0
    assert topic.asked == [], "nothing is read again while it waits"
    topic.now = GRACE
    assert topic.look(committed=2) == 2
    assert letters(database)[0] == (0, "otlp_not_stored", WITH_ROWS.hex().upper())


def test_rows_that_come_within_the_grace_are_no_gap(database: Database) -> None:
    topic = Topic({0: WITH_ROWS}, database)
    assert topic.look(committed=1) == 0
    stored(database, 0)
    topic.now = GRACE
    assert topic.look(committed=1) == 1
    assert letters(database) == []


def test_what_kafka_has_no_more_is_noted(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    topic = Topic({3: b"\xff"}, database)
    stored(database, 0)
    assert topic.look(committed=4, oldest=3) == 4
    assert outcomes(database) == {0: "stored", 1: "gone", 2: "gone", 3: "dead_letter"}
    assert "2 records from offset 1 on reached no table" in caplog.text


def test_rows_of_an_earlier_topic_of_that_name_do_not_count(database: Database) -> None:
    topic = Topic({0: b"\xff"}, database)
    stored(database, 0)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert topic.finder.look(Committed(TRACES, 1, "new", 0, 1), 0, later) == 1
    assert letters(database) == [(0, "otlp_undecodable", "FF")]


def test_a_run_reads_a_bounded_number_of_records(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query_service.observer.gap_finder.RECORDS", 2)
    topic = Topic(dict.fromkeys(range(5), b"\xff"), database)
    assert [topic.look(committed=5, start=start) for start in (0, 2, 4)] == [2, 4, 5]
    assert len(letters(database)) == 5
