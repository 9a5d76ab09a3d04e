"""A cluster for the tests of this folder."""

from collections.abc import Iterator

import pytest
from local_stack.errors import SetupError

from tests.conftest import NO_KUBERNETES
from tests.kubernetes_api.cluster import Cluster, Kubelet


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A real API server with controllers."""
    try:
        made = Cluster(tmp_path_factory.mktemp("kubernetes"))
    except SetupError as error:
        pytest.skip(f"{NO_KUBERNETES}: {error}")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def kubelet(cluster: Cluster) -> Iterator[Kubelet]:
    """Somebody who lets pods run."""
    made = Kubelet(cluster)
    made.start()
    yield made
    made.end()
