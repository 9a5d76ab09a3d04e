#!/usr/bin/env bash
# Starts everything on this machine: see --help.
set -euo pipefail

usage() {
  cat <<'END'
Usage: scripts/up.sh [--detach] [--no-agents]

Builds what is missing (kept for the next start), then starts Kafka, ClickHouse, the Collector,
the query service, the observer and five sample agents, each awaited until it is ready.
Ctrl-C stops all of it in order.

  --detach      return when everything is ready; stop with scripts/down.sh
  --no-agents   without the sample agents

Needs Python >= 3.11, Go >= 1.25, Java >= 17 and Maven.

Environment (default):
  KAFKA_PORT (9092; the next one too)   CLICKHOUSE_PORT (8123)    QUERY_PORT (8080)
  OTLP_GRPC_PORT (4317)                 OTLP_HTTP_PORT (4318)     COLLECTOR_HEALTH_PORT
  KAFKA_BOOTSTRAP_SERVERS   use this Kafka, start none
  CLICKHOUSE_URL            use this ClickHouse, start none
  AGENT_TELEMETRY_HOME      data and logs (~/.local/share/agent-telemetry)
  AGENT_TELEMETRY_CACHE     what was built (~/.cache/agent-telemetry)
A second stack beside the first needs other ports and another AGENT_TELEMETRY_HOME.
END
}
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit ;;
    --detach | --no-agents) ;;
    *) echo "unknown option $argument" >&2; usage >&2; exit 2 ;;
  esac
done

NEEDS="go"
[ -n "${KAFKA_BOOTSTRAP_SERVERS:-}" ] || NEEDS="$NEEDS java maven"
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
exec "$python" -m local_stack up "$@"
