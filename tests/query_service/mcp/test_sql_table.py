"""The rows of a statement as a table of markdown."""

import httpx

from query_service.mcp.service import Service
from query_service.mcp.tools.sql import sql

FOUND = {
    "columns": [{"name": "a|b\nc", "type": "String"}, {"name": "n", "type": "UInt64"}],
    "rows": [["one | two\n| three |", 1]],
    "row_count": 1, "truncated": False, "truncated_why": None,
}  # fmt: skip


def test_bars_and_lines_in_values_make_no_cells_and_no_rows() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=FOUND))
    ask = Service(httpx.Client(transport=transport, base_url="http://here"))
    text = sql(ask, "SELECT 1", 10).text(4_000, "markdown").splitlines()
    assert text[2:5] == [r"| a\|b c | n |", "|---|---|", r"| one \| two \| three \| | 1 |"]
