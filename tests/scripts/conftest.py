"""Fixtures of the scripts' tests."""

from tests.clickhouse_fixture import embedded_clickhouse

__all__ = ["embedded_clickhouse"]
