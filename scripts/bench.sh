#!/usr/bin/env bash
# Measures: scripts/bench.sh [ingest [--messages N] [--size BYTES] [--rate PER_SECOND] [--seconds N]]
#           scripts/bench.sh start [--runs N]
#           scripts/bench.sh live [--clients N] [--rate PER_SECOND] [--pairs N] [--seconds N]
#           scripts/bench.sh observer [--topics N] [--partitions N] [--rounds N] [--pods N] [--seconds N]
#           scripts/bench.sh queries [--sizes N,N] [--home DIR] [--arrivals PER_SECOND] [--clients N]
#           scripts/bench.sh oracle [--messages N] [--home DIR] [--requests N]
#           scripts/bench.sh faults [--seeds N] [--first-seed N] [--kinds a,b] [--home DIR [--keep]] [--json FILE]
#           scripts/bench.sh load [--messages N] [--url CLICKHOUSE] [--database NAME]
set -euo pipefail
case ${1:-} in
  load | oracle | queries) NEEDS="" ;;
  *) NEEDS="go java maven" ;;
esac
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
exec "$python" -m bench "$@"
