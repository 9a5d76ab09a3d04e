#!/usr/bin/env bash
# Writes requirements.lock anew from pyproject.toml (docs/adr/041-python-lock.md).
set -euo pipefail
uv_version=0.13.9
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet "uv==$uv_version"
"$tools/bin/uv" pip compile pyproject.toml --extra local --extra dev --output-file requirements.lock \
  --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --no-header \
  --python-version 3.11 --universal "$@"
