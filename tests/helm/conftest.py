"""helm and kubectl, fetched once, and somebody who plays the nodes."""

from collections.abc import Iterator

import pytest
from local_stack.errors import SetupError

from tests.conftest import NO_CHART
from tests.kubernetes_api.cluster import Cluster, Kubelet
from tests.kubernetes_api.tools import tools


@pytest.fixture(scope="session", autouse=True)
def fetched() -> None:
    """Without them there is nothing to test, which is said loudly."""
    try:
        tools()
    except SetupError as error:
        pytest.skip(f"{NO_CHART}: {error}")


@pytest.fixture(scope="module")
def kubelet(cluster: Cluster) -> Iterator[Kubelet]:
    """Somebody who lets pods run."""
    made = Kubelet(cluster)
    made.start()
    yield made
    made.end()
