"""How long the state of a system takes that has a cluster."""
