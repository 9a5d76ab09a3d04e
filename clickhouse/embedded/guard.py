"""placeholder"""

from collections.abc import Mapping
from typing import Any

from clickhouse.embedded.errors import ACCESS_DENIED, ClickHouseError


def check(session: Any, text: str, params: Mapping[str, str], database: str) -> str:
    raise ClickHouseError(ACCESS_DENIED, "reader is not ready yet")
