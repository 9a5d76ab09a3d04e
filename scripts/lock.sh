#!/usr/bin/env bash
# Writes the lock files anew (docs/adr/041-python-lock.md).
set -euo pipefail
uv_version=0.13.9
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet "uv==$uv_version"
compile() {
  "$tools/bin/uv" pip compile "$@" --generate-hashes --no-annotate --no-emit-index-url \
    --no-emit-find-links --no-header --python-version 3.11 --universal
}
compile pyproject.toml --extra aws --extra local --extra dev --output-file requirements.lock "$@"
# Of the images: what runs, in the same versions, and what makes the wheel.
compile pyproject.toml --extra aws --constraint requirements.lock --output-file query_service/requirements.lock
compile agent_sdk/requirements.in --constraint requirements.lock --output-file agent_sdk/requirements.lock
"$tools/bin/python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' |
  compile - --constraint requirements.lock --output-file query_service/build.lock
# Of the gateway that tests start, which wants other versions than we do.
cd tests/litellm_gateway
compile requirements.in --output-file requirements.lock "$@"
