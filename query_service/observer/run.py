"""Puts the observer together."""

import logging
import threading

from query_service.db import Database
from query_service.observer.concern import Concern
from query_service.observer.failures import FailuresJob
from query_service.observer.gaps import GapsJob
from query_service.observer.k8s import source as k8s_source
from query_service.observer.k8s.api import IN_CLUSTER, KubernetesApi, connect, is_inside
from query_service.observer.k8s.source import KubernetesSource
from query_service.observer.kafka_client import AdminConnection
from query_service.observer.kafka_job import KafkaJob
from query_service.observer.kafka_source import KafkaSource
from query_service.observer.leader import leadership
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.otlp_metrics import MetricsSender
from query_service.observer.otlp_things import ThingsSender
from query_service.observer.rollups import RollupsJob
from query_service.observer.schedule import Job, Lane, run_lanes
from query_service.observer.settings import ObserverSettings
from query_service.observer.sources import Off, SourceJob, Witness
from query_service.observer.traces import TracesJob
from query_service.settings import Settings

log = logging.getLogger(__name__)

STATEMENT_SECONDS = 600
"""One that is given up goes on in the server, beside what is tried next."""


def run(parts: Settings, own: ObserverSettings, stop: threading.Event) -> None:
    """Observe until `stop` is set; returns within 3 s of it. Waits while another observer works."""
    with leadership(own, stop) as leads:
        if leads:
            log.info("observing %s", parts.kafka_bootstrap_servers)
            observe(parts, own, stop)


def observe(parts: Settings, own: ObserverSettings, stop: threading.Event) -> None:
    """Run the jobs until `stop` is set."""
    servers = parts.kafka_bootstrap_servers
    source = KafkaSource(AdminConnection(servers))
    sender = MetricsSender(parts.otel_exporter_otlp_endpoint)
    things = ThingsSender(parts.otel_exporter_otlp_endpoint)
    kafka = KafkaJob(source, sender, Database(parts), own.keep_alive)
    gaps = GapsJob(servers, Database(parts), own.gaps_grace)
    witnessed = Witness("kafka", kafka.run, things, own.keep_alive)
    lanes = [
        Lane([Job("kafka", witnessed.run, own.kafka_interval)]),
        tables(parts, own),
        Lane([Job("gaps", gaps.run, own.gaps_interval)]),
        kubernetes(own, things, stop),
    ]

    def ready() -> None:
        log.info("every job has run once")
        if own.ready_file is not None:
            own.ready_file.write_text("ready\n")

    run_lanes(lanes, stop, ready)
    sender.close()
    things.close()


def kubernetes(own: ObserverSettings, sender: ThingsSender, stop: threading.Event) -> Lane:
    """The job that records what runs in the cluster; without one, that there is none."""
    where = own.kubernetes
    if where == "auto":
        where = IN_CLUSTER if is_inside() else "off"
    if where == "off":
        off = SourceJob(Off(k8s_source.NAME, own.keep_alive), sender, own.keep_alive)
        return Lane([Job(k8s_source.NAME, off.run, own.kubernetes_interval)])
    source = KubernetesSource(
        lambda: KubernetesApi(connect(where)), own.namespaces, own.kubernetes_metrics_interval, stop
    )
    job = SourceJob(source, sender, own.keep_alive)
    witnessed = Witness(k8s_source.NAME, job.run, sender, own.keep_alive)
    return Lane([Job(k8s_source.NAME, witnessed.run, own.kubernetes_interval, is_needed=False)])


def tables(parts: Settings, own: ObserverSettings) -> Lane:
    """The jobs that need ClickHouse alone: they keep the tables that queries read up to date.

    One at a time, with rests: on a busy machine they must not take what queries and inserts need.
    """
    database = Database(parts, STATEMENT_SECONDS, {"max_threads": own.tables_threads})
    concern = Concern(database, own.tables_interval, own.tables_patience)
    jobs = {
        "rollups": RollupsJob(database).run,
        "open_tasks": OpenTasksJob(database).run,
        "traces": TracesJob(database).run,
        "failures": FailuresJob(database).run,
    }
    return Lane(
        [Job(name, concern.of(name, run), own.tables_interval) for name, run in jobs.items()],
        own.tables_share,
    )
