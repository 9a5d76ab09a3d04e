"""What a server may send, is bounded."""

import pytest
from kubernetes import client

from query_service.errors import Unavailable
from query_service.observer.k8s import api
from query_service.observer.k8s.api import KubernetesApi
from tests.query_service.observer.models.scripted import said, scripted


def test_a_list_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST", 5)
    pods = "/api/v1/namespaces/shop/pods"
    page = {"items": [{}, {}], "metadata": {"continue": "more", "resourceVersion": "1"}}
    with scripted({pods: said(page)}) as server:
        host = f"http://127.0.0.1:{server.server_port}"
        asked = KubernetesApi(client.ApiClient(client.Configuration(host=host)))
        with pytest.raises(Unavailable, match="more than 5 of kind Pod"):
            asked.all_of("Pod", "shop")
        assert [path for path, _ in server.asked] == [pods] * 3
