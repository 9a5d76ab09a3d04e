"""Sends to a webhook: in bounded time, and without a word of its address."""

import asyncio
from functools import cached_property
from hashlib import pbkdf2_hmac
from typing import Any

import httpx

from query_service.errors import AgentTelemetryError, Unavailable

_LARGEST = 256
"""Bytes of an answer that are looked at."""
_SLACK = {
    *("action_prohibited", "channel_is_archived", "channel_not_found", "invalid_blocks"),
    *("invalid_payload", "invalid_token", "no_service", "no_team", "no_text", "team_disabled"),
}
"""What it says of a message that it does not take. Other words may be anything, our own too."""


class NotTold(Unavailable):
    """The webhook did not take what it was sent."""


class Webhook:
    """One destination. Raises AgentTelemetryError for what cannot be one."""

    def __init__(self, url: str, form: str, authorization: str, timeout: float) -> None:
        self._url = _checked(url)
        self._authorization = authorization
        self._timeout = timeout
        self.form = form
        if not (authorization.isascii() and authorization.isprintable()):
            raise AgentTelemetryError(
                "ALERTS_WEBHOOK_AUTHORIZATION has letters that a header cannot have"
            )

    @cached_property
    def destination(self) -> str:
        """What it is known by: another address is another destination. Slow to be guessed by."""
        key = pbkdf2_hmac("sha256", self._url.encode(), b"agent-telemetry", 200_000)
        return f"{self.form}:{key.hex()[:12]}"

    def post(self, message: Any) -> None:
        """Send it as JSON. Raises NotTold, which says why, in the time that a request may take."""
        if why := asyncio.run(self._post(message)):
            raise NotTold(f"the webhook {why}")

    async def _post(self, message: Any) -> str:
        """Why it failed; empty when it did not. Texts of errors may have the address in them."""
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(verify=self._certificates, timeout=self._timeout) as client,
                client.stream("POST", self._url, json=message, headers=self._headers) as answer,
            ):
                if answer.is_success:
                    return ""
                if answer.is_redirect:
                    return f"answers {answer.status_code}: redirects are not followed"
                return f"answers {answer.status_code}{await self._word(answer)}"
        except TimeoutError:
            return f"does not answer within {self._timeout:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return f"cannot be reached: {type(error).__name__}"

    async def _word(self, answer: httpx.Response) -> str:
        """What Slack says in its one word."""
        async for part in answer.aiter_raw(_LARGEST):
            word = part.decode(errors="replace").strip()
            return f" ({word})" if word in _SLACK else ""
        return ""

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": "agent-telemetry", "Accept-Encoding": "identity"}
        return headers | ({"Authorization": self._authorization} if self._authorization else {})

    @cached_property
    def _certificates(self) -> Any:
        return httpx.create_ssl_context()  # takes 20 ms: once


def _checked(text: str) -> str:
    """An address. What is wrong is told without it."""
    try:
        url = httpx.URL(text)
        is_one = url.scheme in ("http", "https") and bool(url.host)
    except httpx.InvalidURL:
        is_one = False
    if not is_one:
        raise AgentTelemetryError("ALERTS_WEBHOOK_URL is not of the form https://host/path")
    if url.userinfo:
        raise AgentTelemetryError(
            "ALERTS_WEBHOOK_URL has a user in it: give ALERTS_WEBHOOK_AUTHORIZATION instead"
        )
    return text
