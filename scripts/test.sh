#!/usr/bin/env bash
# Sets up everything and runs every check: scripts/test.sh [--fast] [arguments of pytest]
# --fast leaves out the tests that start Kafka, ClickHouse and the Collector.
set -euo pipefail

NEEDS="go java maven"
if [ "${1:-}" = --fast ]; then
  shift
  NEEDS=""
  set -- -m "not stack" "$@"
fi
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
cd "$root"
failed=""
if [ -n "$NEEDS" ]; then
  "$python" -m local_stack build
  # One and ten minutes of a core where they are not there yet: the tests that need them come last.
  nice -n 19 bash -c '"$0" -m tests.litellm_gateway.build; "$0" -m tests.kubernetes_api.build' \
    "$python" >/dev/null 2>&1 &
  echo "== go vet and test"
  for module in otel-collector/*/go.mod; do
    (cd "$(dirname "$module")" && go vet ./... && go test ./...) || failed=" 'go'"
  done
fi

check() {
  echo "== $*"
  "$python" -m "$@" || failed="$failed '$*'"
}
check ruff check
check ruff format --check
export MYPY_CACHE_DIR="$cache/mypy"
check mypy
echo "== pytest"
status=0
# Two files at once: most tests wait, and each worker starts parts of its own. `-n 0`: one by one.
"$python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 20 "$@" || status=$?
if [ -n "$failed" ]; then
  echo "failed:$failed" >&2
  exit 1
fi
exit "$status"
