"""`python -m bench.queries.maintenance`: the observer without Kafka."""

import logging
import os
import signal
import threading

from query_service.observer.run import tables
from query_service.observer.schedule import run_lanes
from query_service.observer.settings import ObserverSettings
from query_service.settings import settings


def main() -> None:
    """Run the jobs until SIGTERM; says by OBSERVER_READY_FILE that each has succeeded once."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    own = ObserverSettings()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def ready() -> None:
        if own.ready_file is not None:
            own.ready_file.write_text("ready\n")

    run_lanes([tables(settings(), own)], stop, ready)
    logging.shutdown()
    os._exit(0)  # a job may be in the middle of a query


if __name__ == "__main__":
    main()
