"""`scripts/bench.sh faults`: how well diagnose finds what was planted (tests/faults)."""
