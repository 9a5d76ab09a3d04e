"""What the service tells of itself: traces and audit events, figures for Prometheus, logs."""
