#!/usr/bin/env bash
# Measures: scripts/bench.sh [ingest [--messages N] [--size BYTES] [--rate PER_SECOND] [--seconds N]]
#           scripts/bench.sh start [--runs N]
set -euo pipefail
NEEDS="go java maven"
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
exec "$python" -m bench "$@"
