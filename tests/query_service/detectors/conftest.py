"""What the tests of one detector share."""

import pytest


@pytest.fixture(scope="module")
def sent() -> dict[str, list[str]]:
    """The ids of messages, by a name, from the fixture that sends them to the tests."""
    return {}
