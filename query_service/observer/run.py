"""Puts the observer together."""

import logging
import threading
from collections.abc import Sequence

from prometheus_client import start_http_server

from query_service.db import Database
from query_service.errors import Unavailable
from query_service.observer.alerts.lanes import lanes as alerts
from query_service.observer.alerts.settings import AlertSettings
from query_service.observer.concern import Concern
from query_service.observer.failures import FailuresJob
from query_service.observer.gaps import GapsJob
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
from query_service.observer.sources import Witness
from query_service.observer.traces import TracesJob
from query_service.observer.watched import watched
from query_service.settings import Settings

log = logging.getLogger(__name__)

STATEMENT_SECONDS = 600
"""One that is given up goes on in the server, beside what is tried next."""


def run(parts: Settings, own: ObserverSettings, stop: threading.Event) -> None:
    """Observe until `stop` is set; returns within 3 s of it. Waits while another observer works."""
    findings = alerts(parts, AlertSettings())  # what is wrong with settings is told at once
    with leadership(own, stop) as leads:
        if leads:
            _show_figures(own)
            log.info("observing %s", parts.kafka_bootstrap_servers)
            observe(parts, own, stop, findings)


def _show_figures(own: ObserverSettings) -> None:
    """Raises Unavailable when another process listens there."""
    if own.metrics_port:
        try:
            start_http_server(own.metrics_port, own.metrics_host)
        except OSError as error:
            where = f"{own.metrics_host}:{own.metrics_port}"
            raise Unavailable(f"OBSERVER_METRICS_PORT: nobody can listen on {where}") from error


def observe(
    parts: Settings, own: ObserverSettings, stop: threading.Event, further: Sequence[Lane]
) -> None:
    """Run the jobs, and `further` ones, until `stop` is set."""
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
        *watched(own, things, stop),
        *further,
    ]

    def ready() -> None:
        log.info("every job has run once")
        if own.ready_file is not None:
            own.ready_file.write_text("ready\n")

    run_lanes(lanes, stop, ready)
    sender.close()
    things.close()


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
