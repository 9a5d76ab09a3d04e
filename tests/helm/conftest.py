"""helm and kubectl, fetched once."""

import pytest
from local_stack.errors import SetupError

from tests.conftest import NO_CHART
from tests.kubernetes_api.tools import tools


@pytest.fixture(scope="session", autouse=True)
def fetched() -> None:
    """Without them there is nothing to test, which is said loudly."""
    try:
        tools()
    except SetupError as error:
        pytest.skip(f"{NO_CHART}: {error}")
