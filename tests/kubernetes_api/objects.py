"""Objects that tests make through the API."""

from typing import Any

from kubernetes import client


def deployment(name: str, replicas: int = 1, marks: dict[str, str] | None = None) -> Any:
    """A Deployment of one container with limits, with labels `oracle-monitor/...`."""
    labels = {"app": name}
    container = {
        "name": "agent", "image": f"example/{name}:1",
        "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}},
    }  # fmt: skip
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "labels": {f"oracle-monitor/{key}": value for key, value in (marks or {}).items()},
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def namespace(api: client.ApiClient, name: str) -> None:
    """Make a namespace with an account `observer`, and a role that it does not have yet."""
    core = client.CoreV1Api(api)
    core.create_namespace(_named(name))
    core.create_namespaced_service_account(name, _named("observer"))
    read = ["list", "watch"]
    role = _named("observer") | {
        "rules": [
            {"apiGroups": [""], "resources": ["pods"], "verbs": read},
            {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": read},
            {"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["list"]},
            {
                "apiGroups": ["coordination.k8s.io"],
                "resources": ["leases"],
                "verbs": ["get", "create", "update"],
            },
        ]
    }
    client.RbacAuthorizationV1Api(api).create_namespaced_role(name, role)


def allow(api: client.ApiClient, space: str) -> None:
    """Let the account `observer` read what the observer wants, and no more."""
    binding = _named("observer") | {
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "observer",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "observer", "namespace": space}],
    }  # fmt: skip
    client.RbacAuthorizationV1Api(api).create_namespaced_role_binding(space, binding)


def forbid(api: client.ApiClient, space: str) -> None:
    """Take back what `allow` gave."""
    client.RbacAuthorizationV1Api(api).delete_namespaced_role_binding("observer", space)


def token(api: client.ApiClient, space: str) -> str:
    """A token of the account `observer`."""
    asked: Any = {"spec": {"expirationSeconds": 3600}}
    core = client.CoreV1Api(api)
    made: Any = core.create_namespaced_service_account_token("observer", space, asked)
    return str(made.status.token)


def pod_metrics(api: client.ApiClient, space: str, pod: Any, cpu: str, memory: str) -> None:
    """Write what a metrics server would say of a pod."""
    body = {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": {"name": pod.metadata.name, "labels": pod.metadata.labels},
        "timestamp": "2026-11-23T00:00:00Z",
        "window": "30s",
        "containers": [{"name": "agent", "usage": {"cpu": cpu, "memory": memory}}],
    }
    client.CustomObjectsApi(api).create_namespaced_custom_object(
        "metrics.k8s.io", "v1beta1", space, "pods", body
    )


def _named(name: str) -> Any:
    return {"metadata": {"name": name}}
