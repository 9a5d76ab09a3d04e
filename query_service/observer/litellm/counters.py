"""What deployments did since the gateway started, out of its figures for Prometheus.

`litellm_deployment_state` is not used: a cooldown sets it under the group's name, and the success
after it under the model's, so that it stays at 2.
"""

from collections.abc import Collection

from prometheus_client.parser import text_string_to_metric_families

from query_service.errors import Unavailable
from query_service.observer.litellm.deployments import NAME
from query_service.observer.model_server import MODEL
from query_service.observer.odd_json import number
from query_service.observer.things import Figure, Key

COUNTERS = {
    "litellm_deployment_total_requests_total": f"{MODEL}.requests",
    "litellm_deployment_failure_responses_total": f"{MODEL}.failures",
    "litellm_deployment_cooled_down_total": f"{MODEL}.cooldowns",
    "litellm_total_tokens_metric_total": f"{MODEL}.tokens",
    "litellm_spend_metric_total": f"{MODEL}.spend",
}


def counters(exposed: str, known: Collection[Key]) -> dict[Figure, float]:
    """The figures of the deployments that are known; one that did nothing yet has 0 of each.

    Raises Unavailable when they cannot be read.
    """
    found = {Figure(metric, key): 0.0 for key in known for metric in COUNTERS.values()}
    by_id = {key.uid: key for key in known}
    try:
        for family in text_string_to_metric_families(exposed):
            for sample in family.samples:
                metric = COUNTERS.get(sample.name)
                key = _owner(sample.labels, known, by_id) if metric else None
                value = number(sample.value)
                if metric and key and value is not None:
                    found[Figure(metric, key)] += value
    except (ValueError, KeyError, IndexError) as error:
        raise Unavailable(f"the figures of LiteLLM cannot be read: {error!r}"[:300]) from error
    return found


def _owner(labels: dict[str, str], known: Collection[Key], by_id: dict[str, Key]) -> Key | None:
    """A deployment with a wildcard is known by several names: the one that was asked for."""
    uid = labels.get("model_id", "")
    name = labels.get("requested_model") or labels.get("litellm_model_name", "")
    exact = Key(MODEL, NAME, name, uid)
    return exact if exact in known else by_id.get(uid)
