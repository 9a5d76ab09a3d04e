"""What runs in a Kubernetes cluster, read through its API."""
