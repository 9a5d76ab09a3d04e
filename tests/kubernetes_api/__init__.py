"""A real Kubernetes API on this machine, without nodes: tests write what kubelets would."""
