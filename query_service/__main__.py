"""`python -m query_service`: the command line."""

import logging
import sys

from pydantic import ValidationError

from clickhouse.migrate import MigrationError
from query_service.cli import main
from query_service.errors import AgentTelemetryError
from query_service.settings import wrong


def run() -> None:
    """What the user can act on becomes one line for each problem, and exit status 1."""
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)  # it logs what it raises
    try:
        main()
    except ValidationError as error:
        sys.exit(wrong(error))
    except (AgentTelemetryError, MigrationError) as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    run()
