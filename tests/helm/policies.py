"""What NetworkPolicies allow, by the rules of Kubernetes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.helm.chart import Object


@dataclass(frozen=True)
class Pod:
    """Somebody who sends or listens."""

    name: str
    labels: dict[str, str] = field(hash=False)
    space: str = "telemetry"
    space_labels: dict[str, str] = field(default_factory=dict, hash=False)


def allowed(policies: Sequence[Object], source: Pod, target: Pod, port: int) -> bool:
    """Whether TCP from one to the other passes: both ends have to allow it."""
    return _passes(policies, source, target, port, "Egress") and _passes(
        policies, target, source, port, "Ingress"
    )


def _passes(policies: Sequence[Object], own: Pod, other: Pod, port: int, way: str) -> bool:
    selecting = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == own.space
        and _matches(policy["spec"]["podSelector"], own.labels)
        and way in policy["spec"]["policyTypes"]
    ]
    rules = [rule for spec in selecting for rule in spec.get(way.lower()) or []]
    peers = "from" if way == "Ingress" else "to"
    return not selecting or any(
        _has_port(rule.get("ports"), port) and _has_peer(rule.get(peers), own, other)
        for rule in rules
    )


def _has_port(ports: Iterable[Object] | None, port: int) -> bool:
    return not ports or any(p["port"] == port and p.get("protocol", "TCP") == "TCP" for p in ports)


def _has_peer(peers: Iterable[Object] | None, own: Pod, other: Pod) -> bool:
    return not peers or any(_is_peer(peer, own, other) for peer in peers)


def _is_peer(peer: Object, own: Pod, other: Pod) -> bool:
    if "ipBlock" in peer:
        return False  # of pods no address is known
    if "namespaceSelector" in peer:
        if not _matches(peer["namespaceSelector"], other.space_labels):
            return False
    elif other.space != own.space:
        return False
    return _matches(peer.get("podSelector") or {}, other.labels)


def _matches(selector: Object, labels: dict[str, str]) -> bool:
    assert not selector.keys() - {"matchLabels"}, "only matchLabels are understood here"
    return dict(selector.get("matchLabels") or {}).items() <= labels.items()
