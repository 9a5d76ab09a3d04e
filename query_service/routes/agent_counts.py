"""Messages by agent."""

from datetime import UTC, datetime

from query_service.routes.agent_spans import Queries
from query_service.routes.context import Moment, bound
from query_service.routes.tail import Tail

NEVER = datetime(2100, 1, 1, tzinfo=UTC)


def counts_queries(asked: Moment, uncounted: Tail) -> Queries:
    """The queries for messages by agent, whose rows are to be added up."""
    chosen = {
        **uncounted.parameters(asked),
        "agent": "",
        "message_type": "",
        "rate_since": bound(NEVER),
    }
    if uncounted.is_empty:
        return [("agents/counts_settled", {})]
    queries: Queries = [] if uncounted.whole else [("agents/counts", chosen)]
    return [*queries, ("queues/tail_counts", {**chosen, **uncounted.repeated})]
