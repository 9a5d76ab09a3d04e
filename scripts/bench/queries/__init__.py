"""How long each documented GET takes over made-up traffic: `scripts/bench.sh queries`."""
