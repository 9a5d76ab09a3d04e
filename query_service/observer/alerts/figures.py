"""What the observer's jobs on findings tell of themselves, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

RUNS = Histogram(
    "agent_telemetry_findings_run_seconds",
    "Time of a run of the detectors, s, by outcome",
    ("outcome",),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
)
FAILED = Counter(
    "agent_telemetry_findings_failed_detectors",
    "Detectors that could not be run, by kind",
    ("kind",),
)
OPEN = Gauge("agent_telemetry_findings_open", "Findings that are open, by severity", ("severity",))
REQUESTS = Histogram(
    "agent_telemetry_alerts_request_seconds",
    "Time of a request to the webhook, s, by outcome",
    ("outcome",),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
NOTICES = Counter(
    "agent_telemetry_alerts_notices", "Notices that the webhook took, by event", ("event",)
)
