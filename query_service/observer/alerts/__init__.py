"""Findings as they come and go, kept and told: by the one observer that works, and nobody else."""
