"""The observer's two jobs on findings: one keeps them, the other tells them.

They share no thread: a webhook that hangs holds up nothing but itself.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from query_service.db import Database
from query_service.diagnose.causes import explained
from query_service.diagnose.detect import Found, Window, detect
from query_service.diagnose.finding import SEVERITIES
from query_service.diagnose.thresholds import thresholds
from query_service.observer.alerts import figures, message, slack, store
from query_service.observer.alerts.episode import Episode, seen
from query_service.observer.alerts.history import Step, step
from query_service.observer.alerts.message_schema import MOST_AT_ONCE
from query_service.observer.alerts.notices import Notice, due
from query_service.observer.alerts.settings import AlertSettings
from query_service.observer.alerts.webhook import NotTold, Webhook

log = logging.getLogger(__name__)


class FindingsJob:
    """One run of the detectors. What it needs of the run before is in the tables, so that it does
    not matter who ran that."""

    def __init__(self, database: Database, settings: AlertSettings) -> None:
        self._database = database
        self._settings = settings
        self._thresholds: Mapping[str, Mapping[str, float]] = thresholds()

    def run(self) -> None:
        """Raises Unavailable."""
        started = time.perf_counter()
        outcome = "failed"
        try:
            self._run(started)
            outcome = "ok"
        finally:
            figures.RUNS.labels(outcome).observe(time.perf_counter() - started)

    def _run(self, started: float) -> None:
        last = store.last(self._database)
        before = store.open_episodes(self._database)
        window = Window(last.now - timedelta(minutes=self._settings.window_minutes), last.now)
        found = detect(self._database, window, self._thresholds)
        told = [seen(one) for one in explained(found.findings, found.waits)]
        unknown = {*found.failed, *found.cut}
        after = step(before, told, unknown, last.now, self._settings.resolved_after)
        run = {
            "run": last.run + 1,
            "at": last.now,
            "seconds": round(time.perf_counter() - started, 3),
            "found": len(found.findings),
            "opened": after.opened,
            "resolved": after.resolved,
            "omitted": after.omitted,
            "failed": found.failed,
            "cut": found.cut,
        }
        store.keep(self._database, after.episodes, run)
        _tell(found, before, after)


def _tell(found: Found, before: list[Episode], after: Step) -> None:
    for kind in found.failed:
        figures.FAILED.labels(kind).inc()
    now = {one.key: one for one in [*before, *after.episodes]}
    severities = Counter(one.severity for one in now.values() if one.is_open)
    for severity in SEVERITIES:
        figures.OPEN.labels(severity).set(severities[severity])
    if after.opened or after.resolved:
        log.info("findings: %d opened, %d resolved", after.opened, after.resolved)
    if after.omitted:
        log.warning("findings: %d were not kept, since too many are open", after.omitted)


class NoticesJob:
    """Tells a webhook what changed: the state as it is now, however long it could not be told.

    What failed is due again; the schedule waits longer from try to try.
    """

    def __init__(self, database: Database, webhook: Webhook, settings: AlertSettings) -> None:
        self._database = database
        self._webhook = webhook
        self._settings = settings
        self._told_run = 0
        self._unrecorded: list[Notice] = []

    def run(self) -> None:
        """Raises Unavailable, and NotTold when the webhook does not take it."""
        self._record()
        last = store.last(self._database)
        if last.run == self._told_run:
            return
        known = store.known(self._database, self._webhook.destination)
        found = due(known, self._settings.least_severity, last.now, self._settings.remind_after)
        notices, more = found[:MOST_AT_ONCE], max(0, len(found) - MOST_AT_ONCE)
        if notices:
            form = slack if self._webhook.form == "slack" else message
            self._send(notices, form.body(notices, last.at, more))
        if not more:
            self._told_run = last.run

    def _send(self, notices: list[Notice], body: object) -> None:
        started = time.perf_counter()
        destination = self._webhook.destination
        try:
            self._webhook.post(body)
        except NotTold as error:
            figures.REQUESTS.labels("failed").observe(time.perf_counter() - started)
            store.record(self._database, notices, destination, str(error))
            raise
        figures.REQUESTS.labels("ok").observe(time.perf_counter() - started)
        self._unrecorded = notices
        self._record()
        events = Counter(one.event.value for one in notices)
        for event, count in events.items():
            figures.NOTICES.labels(event).inc(count)
        log.info("told the webhook: %s", ", ".join(f"{n} {name}" for name, n in events.items()))

    def _record(self) -> None:
        """Keep what was taken, before anything else is sent: it would be sent again and again while
        ClickHouse can be read and not written."""
        if self._unrecorded:
            store.record(self._database, self._unrecorded, self._webhook.destination)
            self._unrecorded = []
