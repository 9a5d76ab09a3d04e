"""Servers of models as sources."""
