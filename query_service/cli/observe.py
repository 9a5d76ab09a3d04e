"""`agent-telemetry observe`: the one scheduled process."""

import logging.config
import os
import signal
import threading

import click

from query_service.observer.run import run
from query_service.observer.settings import ObserverSettings
from query_service.settings import settings
from query_service.telemetry import logs


@click.command()
def observe() -> None:
    """Record what Kafka knows, and keep open tasks, rollups and gaps in order.

    Runs until SIGTERM or Ctrl-C. One observer works; others wait until it ends.
    """
    logging.config.dictConfig(logs.configuration())
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    run(settings(), ObserverSettings(), stop)
    # A job may still be in the middle of a query: taking the interpreter down around its thread
    # takes seconds on a busy machine, and may crash.
    logging.shutdown()
    os._exit(0)
