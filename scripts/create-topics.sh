#!/usr/bin/env bash
# Makes the queues of agents and the telemetry topics: scripts/create-topics.sh [--agents a,b,c]
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
exec "$python" -m query_service topics "$@"
