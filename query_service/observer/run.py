"""Puts the observer together."""

import logging
import threading

from query_service.db import Database
from query_service.observer.failures import FailuresJob
from query_service.observer.gaps import GapsJob
from query_service.observer.kafka_client import AdminConnection
from query_service.observer.kafka_job import KafkaJob
from query_service.observer.kafka_source import KafkaSource
from query_service.observer.leader import leadership
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.otlp_metrics import MetricsSender
from query_service.observer.rollups import RollupsJob
from query_service.observer.schedule import Job, run_jobs
from query_service.observer.settings import ObserverSettings
from query_service.observer.traces import TracesJob
from query_service.settings import Settings

log = logging.getLogger(__name__)


def run(parts: Settings, own: ObserverSettings, stop: threading.Event) -> None:
    """Observe until `stop` is set; returns within 3 s of it. Waits while another observer works."""
    with leadership(own.home / "run" / "observer.lock", stop) as leads:
        if leads:
            log.info("observing %s", parts.kafka_bootstrap_servers)
            observe(parts, own, stop)


def observe(parts: Settings, own: ObserverSettings, stop: threading.Event) -> None:
    """Run the jobs until `stop` is set."""
    servers = parts.kafka_bootstrap_servers
    source = KafkaSource(AdminConnection(servers))
    sender = MetricsSender(parts.otel_exporter_otlp_endpoint)
    jobs = [
        Job(
            "kafka",
            KafkaJob(source, sender, Database(parts), own.keep_alive).run,
            own.kafka_interval,
        ),
        *table_jobs(parts, own),
        Job("gaps", GapsJob(servers, Database(parts), own.gaps_grace).run, own.gaps_interval),
    ]

    def ready() -> None:
        log.info("every job has run once")
        if own.ready_file is not None:
            own.ready_file.write_text("ready\n")

    run_jobs(jobs, stop, ready)
    sender.close()


def table_jobs(parts: Settings, own: ObserverSettings) -> list[Job]:
    """The jobs that need ClickHouse alone: they keep the tables that queries read up to date."""
    # They rest: on a busy machine they must not take what queries need.
    return [
        Job("open_tasks", OpenTasksJob(Database(parts)).run, own.open_tasks_interval, 9),
        Job("traces", TracesJob(Database(parts)).run, own.traces_interval, 4),
        Job("failures", FailuresJob(Database(parts)).run, own.failures_interval, 4),
        Job("rollups", RollupsJob(Database(parts)).run, own.rollups_interval, 4),
    ]
