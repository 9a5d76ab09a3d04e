"""Somebody who lets the pods of the tests of this folder run."""

from collections.abc import Iterator

import pytest

from tests.kubernetes_api.cluster import Cluster, Kubelet


@pytest.fixture
def kubelet(cluster: Cluster) -> Iterator[Kubelet]:
    """Somebody who lets pods run."""
    made = Kubelet(cluster)
    made.start()
    yield made
    made.end()
