"""One engine for all contract tests, emptied before each.

It ends with them: a process holds one chDB, and other tests open theirs.
"""

from collections.abc import Iterator

import pytest

from tests.clickhouse.migrations.store import Store


@pytest.fixture(scope="package")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("contract"))
    yield store
    store.connection.close()


@pytest.fixture
def store(engine: Store) -> Store:
    engine.clear()
    return engine
