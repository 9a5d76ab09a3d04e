"""The REST service as the tools ask it: over HTTP, or in this process."""

from typing import Any

import httpx
from mcp.server.mcpserver.exceptions import ToolError

Json = dict[str, Any]
TIMEOUT = 60
_KEY_HEADERS = ("authorization", "x-api-key")


class Service:
    """Asks REST with the key of whoever asks us."""

    def __init__(self, client: httpx.Client, headers: Any = None) -> None:
        self._client = client
        given = {name.lower(): value for name, value in dict(headers or {}).items()}
        self._headers = {name: given[name] for name in _KEY_HEADERS if name in given}

    def get(self, path: str, **parameters: Any) -> Json:
        """The answer of a path; parameters that are None are left out. Raises ToolError."""
        asked = {name: value for name, value in parameters.items() if value is not None}
        return self._asked("GET", path, params=asked)

    def post(self, path: str, body: Json) -> Json:
        """The answer to a body. Raises ToolError."""
        return self._asked("POST", path, json=body)

    def _asked(self, method: str, path: str, **how: Any) -> Json:
        try:
            answer = self._client.request(method, path, headers=self._headers, **how)
        except httpx.TransportError as error:
            raise ToolError(
                f"The query service does not answer at {self._client.base_url}: is it running? "
                f"({type(error).__name__})"
            ) from error
        if answer.is_error:
            raise ToolError(_problem(answer))
        found: Json = answer.json()
        return found


def over_http(url: str, key: str | None) -> httpx.Client:
    """A client for a query service elsewhere."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT)


def in_process(app: Any) -> httpx.Client:
    """A client for a WSGI application of this process."""
    transport = httpx.WSGITransport(app=app)
    return httpx.Client(transport=transport, base_url="http://localhost", timeout=TIMEOUT)


def _problem(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        return f"{told['title']} ({answer.status_code}): {told['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"The query service answers {answer.status_code}"
