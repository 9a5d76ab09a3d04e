#!/usr/bin/env bash
# Stops, in order, what scripts/up.sh started for this AGENT_TELEMETRY_HOME. Data stays.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
exec "$python" -m local_stack down
