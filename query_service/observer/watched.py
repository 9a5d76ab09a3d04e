"""The sources beside Kafka, by settings."""

import threading

from query_service.observer.k8s import source as k8s
from query_service.observer.k8s.api import IN_CLUSTER, KubernetesApi, connect, is_inside
from query_service.observer.litellm import deployments as litellm
from query_service.observer.litellm.source import LiteLLMSource
from query_service.observer.model_server import ModelServer
from query_service.observer.ollama import models as ollama
from query_service.observer.ollama.source import OllamaSource
from query_service.observer.schedule import Job, Lane
from query_service.observer.settings import ObserverSettings
from query_service.observer.sources import Off, Sender, Source, SourceJob, Witness


def watched(own: ObserverSettings, sender: Sender, stop: threading.Event) -> list[Lane]:
    """A lane for each source."""
    sources = (
        (k8s.NAME, _kubernetes(own, stop), own.kubernetes_interval),
        (litellm.NAME, _litellm(own), own.litellm_interval),
        (ollama.NAME, _ollama(own), own.ollama_interval),
    )
    return [
        Lane([job(name, source, interval, sender, own.keep_alive)])
        for name, source, interval in sources
    ]


def job(
    name: str, source: Source | None, interval: float, sender: Sender, keep_alive: float
) -> Job:
    """The job that records what a source shows; without one, that there is none."""
    if source is None:
        off = SourceJob(Off(name), sender, keep_alive)
        return Job(name, off.run, interval)
    records = SourceJob(source, sender, keep_alive)
    witnessed = Witness(name, records.run, sender, keep_alive)
    return Job(name, witnessed.run, interval, is_needed=False)


def _kubernetes(own: ObserverSettings, stop: threading.Event) -> Source | None:
    where = own.kubernetes
    if where == "auto":
        where = IN_CLUSTER if is_inside() else "off"
    if where == "off":
        return None
    return k8s.KubernetesSource(
        lambda: KubernetesApi(connect(where)), own.namespaces, own.kubernetes_metrics_interval, stop
    )


def _litellm(own: ObserverSettings) -> Source | None:
    if not own.litellm_url:
        return None
    server = ModelServer("LiteLLM", own.litellm_url, own.litellm_timeout, own.litellm_secret)
    return LiteLLMSource(server)


def _ollama(own: ObserverSettings) -> Source | None:
    if not own.ollama_url:
        return None
    return OllamaSource(ModelServer("Ollama", own.ollama_url, own.ollama_timeout))
