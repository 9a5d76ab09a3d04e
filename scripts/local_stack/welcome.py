"""What is said when everything is ready."""

from local_stack.settings import Settings


def welcome(settings: Settings, seconds: float, *, agents: bool, detached: bool) -> str:
    """Addresses, and three things to try."""
    query = f"http://127.0.0.1:{settings.query_port}"
    statement = "SELECT agent, message_type, count() FROM agent_messages FINAL GROUP BY ALL"
    if settings.clickhouse_url:
        sql = f'scripts/agent-telemetry sql "{statement}"'
    else:
        reader = f"{settings.clickhouse}/?user=reader&database=agent_telemetry"
        sql = f"curl '{reader}' --data '{statement} FORMAT PrettyCompact'"
    example = "" if agents else " (no sample agents: empty until yours send something)"
    otlp = f"http://127.0.0.1:{settings.otlp_http_port}, gRPC on {settings.otlp_grpc_port}"
    stop = "scripts/down.sh stops it." if detached else "Ctrl-C stops it."
    return f"""
Ready after {seconds:.1f} s. {stop}

  query service  {query}
  OTLP           {otlp}
  Kafka          {settings.kafka}
  ClickHouse     {settings.clickhouse.rpartition("@")[2]}
  data and logs  {settings.home}

Try{example}:
  curl {query}/api/v1/queues
  curl '{query}/api/v1/traces?limit=5'
  {sql}
"""
