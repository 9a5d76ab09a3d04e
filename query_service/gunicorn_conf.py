"""gunicorn: few processes, several threads; queries wait on the network, not on Python.

It listens on loopback; `GUNICORN_CMD_ARGS="--bind 0.0.0.0:8080"` changes that.
"""

from query_service.settings import settings

bind = f"127.0.0.1:{settings().query_port}"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 0  # gthread: a slow query is no hung worker
graceful_timeout = 10
keepalive = 30
loglevel = "warning"
control_socket_disable = True
