"""The jobs on findings, by settings."""

from query_service.db import Database
from query_service.observer.alerts.jobs import FindingsJob, NoticesJob
from query_service.observer.alerts.settings import AlertSettings
from query_service.observer.alerts.webhook import Webhook
from query_service.observer.schedule import Job, Lane
from query_service.settings import Settings

LOOKS = 5.0
"""Seconds between two looks for what is to be told, which cost one small question."""
_LIMITS = {"max_threads": 1}


def lanes(parts: Settings, settings: AlertSettings) -> list[Lane]:
    """A lane for each job, none when findings are not looked for. Raises AgentTelemetryError for an
    address that is none."""
    if not settings.interval:
        return []
    findings = FindingsJob(Database(parts, limits=_LIMITS), settings)
    found = [Lane([Job("findings", findings.run, settings.interval, is_needed=False)])]
    if settings.url:
        webhook = Webhook(
            settings.url,
            settings.webhook_form,
            settings.authorization,
            settings.webhook_timeout,
        )
        notices = NoticesJob(Database(parts), webhook, settings)
        every = min(LOOKS, settings.interval)
        found.append(Lane([Job("alerts", notices.run, every, is_needed=False)]))
    return found
