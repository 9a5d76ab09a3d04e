"""The chart: rendered, checked, and installed on a real Kubernetes API."""
