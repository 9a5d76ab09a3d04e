"""Builds and runs every part on one machine: what scripts/up.sh, down.sh and test.sh stand on."""
