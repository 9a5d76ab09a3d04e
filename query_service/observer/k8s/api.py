"""Lists and watches of the Kubernetes API, as JSON.

The official client makes the requests; its models are not used, since they refuse objects that the
server sends with a field less.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from kubernetes.config.incluster_config import SERVICE_HOST_ENV_NAME, SERVICE_TOKEN_FILENAME
from kubernetes.watch.watch import iter_resp_lines
from urllib3.exceptions import HTTPError

from query_service.errors import Forbidden, Unavailable

PAGE = 500
MOST = 100_000
"""So many objects of a kind are read, and no more pages of a server that always has another."""
WATCH_SECONDS = 30
"""So long a watch lasts: who may no longer look, or lost the way, is told when it begins anew."""
_CONNECT_SECONDS, _READ_SECONDS = 3, 15
EVERYWHERE = "*"
IN_CLUSTER: Final = "in-cluster"
KUBECONFIG: Final = "kubeconfig"

Json = dict[str, Any]


class Expired(Exception):
    """The server does not know that version any more: list again."""


class KubernetesApi:
    """A cluster, by the service account of the pod or a kubeconfig."""

    def __init__(self, api: client.ApiClient) -> None:
        self.host: str = api.configuration.host
        apps, core = client.AppsV1Api(api), client.CoreV1Api(api)
        self._custom = client.CustomObjectsApi(api)
        self._lists: dict[tuple[str, bool], Callable[..., Any]] = {
            ("Deployment", False): apps.list_namespaced_deployment,
            ("Deployment", True): apps.list_deployment_for_all_namespaces,
            ("StatefulSet", False): apps.list_namespaced_stateful_set,
            ("StatefulSet", True): apps.list_stateful_set_for_all_namespaces,
            ("Pod", False): core.list_namespaced_pod,
            ("Pod", True): core.list_pod_for_all_namespaces,
        }

    def all_of(self, kind: str, namespace: str) -> tuple[list[Json], str]:
        """All objects of a kind, read in pages, and the version that they are of.

        Raises Unavailable, Forbidden, Expired.
        """
        found: list[Json] = []
        more: dict[str, str] = {}
        while len(found) < MOST:
            with self._asked(kind, namespace) as ask:
                page = _json(ask(limit=PAGE, **more))
            found += page["items"]
            if not (token := page["metadata"].get("continue")):
                return found, page["metadata"]["resourceVersion"]
            more = {"_continue": token}
        raise Unavailable(
            f"Kubernetes lists more than {MOST:,} of kind {kind}: watch fewer namespaces"
        )

    def watch(self, kind: str, namespace: str, version: str) -> Iterator[tuple[str, Json]]:
        """What happens to objects after a version, until the server ends it: (type, object).

        Raises Unavailable, Forbidden, Expired.
        """
        with self._asked(kind, namespace) as ask:
            answer = ask(
                watch=True,
                allow_watch_bookmarks=True,
                resource_version=version,
                timeout_seconds=WATCH_SECONDS,
                _request_timeout=(_CONNECT_SECONDS, WATCH_SECONDS + _READ_SECONDS),
            )
            try:
                for line in iter_resp_lines(answer):
                    if line:
                        event = json.loads(line)
                        if event["type"] == "ERROR":
                            raise _failure(event["object"].get("code"), str(event["object"]), kind)
                        yield event["type"], event["object"]
            finally:
                answer.close()

    def metrics(self, namespace: str) -> list[Json]:
        """PodMetrics of metrics.k8s.io. Raises Unavailable when there is no such API, Forbidden."""
        names = ("metrics.k8s.io", "v1beta1")
        options: dict[str, Any] = {
            "_preload_content": False,
            "_request_timeout": (_CONNECT_SECONDS, _READ_SECONDS),
        }
        with asked(self.host, "pods.metrics.k8s.io"):
            if namespace == EVERYWHERE:
                answer = self._custom.list_cluster_custom_object(*names, "pods", **options)
            else:
                answer = self._custom.list_namespaced_custom_object(
                    *names, namespace, "pods", **options
                )
            items: list[Json] = _json(answer)["items"]
            return items

    @contextmanager
    def _asked(self, kind: str, namespace: str) -> Iterator[Callable[..., Any]]:
        everywhere = namespace == EVERYWHERE
        function = self._lists[kind, everywhere]
        names = () if everywhere else (namespace,)

        def ask(**options: Any) -> Any:
            options.setdefault("_request_timeout", (_CONNECT_SECONDS, _READ_SECONDS))
            return function(*names, _preload_content=False, **options)

        with asked(self.host, f"{kind} in {namespace}"):
            yield ask


@contextmanager
def asked(host: str, what: str, but: Collection[int] = ()) -> Iterator[None]:
    """Raises what a request fails by as Unavailable, Forbidden or Expired, `but` these codes."""
    try:
        yield
    except ApiException as error:
        if error.status in but:
            raise
        raise _failure(error.status, str(error.reason), what) from error
    except (HTTPError, OSError, ValueError) as error:
        raise Unavailable(f"Kubernetes at {host} does not answer: {error}") from error


def _json(answer: Any) -> Json:
    if answer.status >= 300:
        raise _failure(answer.status, answer.data[:200].decode(errors="replace"), "")
    read: Json = json.loads(answer.data)
    return read


def _failure(status: int | None, text: str, what: str) -> Exception:
    if status in (401, 403):
        return Forbidden(f"Kubernetes refuses {what}: {status} {text[:200]}")
    if status == 410:
        return Expired(text)
    return Unavailable(f"Kubernetes answers {status} for {what}: {text[:200]}")


def is_inside() -> bool:
    """Whether this is a pod of a cluster."""
    return SERVICE_HOST_ENV_NAME in os.environ


def own_namespace() -> str:
    """The namespace of this pod, `default` outside of a cluster."""
    beside = Path(SERVICE_TOKEN_FILENAME).with_name("namespace")
    return beside.read_text().strip() if is_inside() and beside.exists() else "default"


def connect(where: str) -> client.ApiClient:
    """The cluster that this pod is in, or that of the kubeconfig (IN_CLUSTER, KUBECONFIG).

    Raises Unavailable when there is none.
    """
    settings = client.Configuration()
    settings.retries = False  # a source that is away is told at once
    try:
        if where == KUBECONFIG:
            config.load_kube_config(client_configuration=settings)
        else:
            config.load_incluster_config(client_configuration=settings)
    except ConfigException as error:
        raise Unavailable(f"no Kubernetes by {where}: {error}") from error
    return client.ApiClient(settings)
