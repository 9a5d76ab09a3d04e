# Sourced by the other scripts: sets $root and $python, the interpreter of the locked environment.
# Callers may set NEEDS="go java maven" before, to have these looked for at once.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PYTHONPATH="$root:$root/scripts"

# What the tools download and build lies with the rest of what can be deleted.
cache=${AGENT_TELEMETRY_CACHE:-$HOME/.cache/agent-telemetry}
case $cache in
  /*) ;;
  "~"/*) cache=$HOME${cache#"~"} ;;
  *) cache=$PWD/$cache ;;
esac
export PIP_CACHE_DIR="$cache/downloads/pip" GOMODCACHE="$cache/downloads/go" GOCACHE="$cache/go-build"
export GOFLAGS="${GOFLAGS:-} -modcacherw"

for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    system_python=$candidate
    break
  fi
done
if [ -z "${system_python:-}" ]; then
  echo "Python >= 3.11 is needed and was not found: https://www.python.org/downloads/ or your package manager (python3, python3-venv)" >&2
  exit 1
fi

# shellcheck disable=SC2086  # a list of words
python=$("$system_python" -m local_stack.bootstrap ${NEEDS:-}) || exit 1
