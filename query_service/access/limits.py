"""How often somebody may ask."""

import logging
import math
import time

from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from query_service.errors import TooManyRequests
from query_service.settings import Settings

log = logging.getLogger(__name__)

DEFAULT = "12000/minute"


class Limits:
    """QUERY_RATE_LIMIT, for each key or address apart; `default`: whether there is one unset."""

    def __init__(self, settings: Settings, default: bool) -> None:
        text = settings.query_rate_limit
        if text is None:
            text = DEFAULT if default else ""
        self._limit = parse(text) if text else None
        storage = storage_from_string(settings.query_rate_limit_storage, wrap_exceptions=True)
        self._limiter = FixedWindowRateLimiter(storage)

    def count(self, who: str) -> None:
        """Count a request. Raises TooManyRequests; a storage that is away refuses nobody."""
        if self._limit is None:
            return
        try:
            if self._limiter.hit(self._limit, who):
                return
            reset = self._limiter.get_window_stats(self._limit, who).reset_time
        except StorageError as error:
            log.warning("requests are not counted: %s", type(error.storage_error).__name__)
            return
        wait = max(1, math.ceil(reset - time.time()))
        raise TooManyRequests(f"More than {self._limit}; try again in {wait} s", wait)
