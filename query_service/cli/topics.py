"""`agent-telemetry topics`: make the topics of agents and telemetry."""

import contextlib

import click
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from agent_sdk.kafka_login import kafka_login
from query_service.settings import settings

SAMPLE_AGENTS = "orchestrator,researcher,writer,coder,reviewer"
TELEMETRY = ("spans", "traces", "events", "handoffs", "metrics", "errors")
OTLP = ("traces", "logs", "metrics")
PARTITIONS = 3
CONFIGS = {
    "max.message.bytes": str(16 * 1024 * 1024),
    "retention.ms": str(3 * 24 * 3600 * 1000),
}


def names(agents: str) -> list[str]:
    """The topics of a comma-separated list of agents, and those of telemetry."""
    queues = [agent.strip().lower().replace(" ", "-") for agent in agents.split(",")]
    return (
        [f"agent-queue-{queue}" for queue in queues if queue]
        + [f"agent-telemetry-otlp-{signal}" for signal in OTLP]
        + [f"agent-telemetry-{kind}" for kind in TELEMETRY]
    )


@click.command()
@click.option("--agents", default=SAMPLE_AGENTS, show_default=True, help="Names, by commas.")
@click.option(
    "--partitions", default=PARTITIONS, show_default=True, type=click.IntRange(1),
    help="Of each topic that is made.",
)  # fmt: skip
def topics(agents: str, partitions: int) -> None:
    """Make the queue of each agent and the telemetry topics.

    A topic that is there keeps its partitions and gets the settings. Queues of agents that are
    not listed are found by themselves when they appear.
    """
    bootstrap = settings().kafka_bootstrap_servers
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, **kafka_login().options())
    except KafkaError as error:
        raise click.ClickException(f"Kafka at {bootstrap}: {error}") from None
    try:
        made = ensure(admin, names(agents), partitions)
    except KafkaError as error:
        raise click.ClickException(str(error)) from None
    finally:
        admin.close()
    click.echo(f"made {len(made)} topics: {' '.join(made)}" if made else "every topic is there")


def ensure(admin: KafkaAdminClient, wanted: list[str], partitions: int = PARTITIONS) -> list[str]:
    """Make the topics that are missing and set the settings of the others; the names made."""
    there = set(admin.list_topics())
    missing = [name for name in wanted if name not in there]
    options = {"num_partitions": partitions, "configs": CONFIGS}
    if missing:
        # An agent may begin to use its queue in this moment: then it exists, which is as good.
        with contextlib.suppress(TopicAlreadyExistsError):
            admin.create_topics(dict.fromkeys(missing, options))
    if old := there.intersection(wanted):
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, CONFIGS) for name in sorted(old)]
        )
    return missing
