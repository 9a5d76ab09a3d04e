"""Asks a server of models over HTTP: no answer takes longer, or is larger, than it may."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from query_service.errors import AgentTelemetryError, Forbidden, Unavailable

LARGEST = 16 * 2**20
"""Bytes of an answer."""
MODEL = "agent_telemetry.model"
"""The kind of what such servers tell of."""


@dataclass(frozen=True)
class Question:
    """What is asked; with a body it is a POST that changes nothing."""

    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: Any = None


class Failed(Unavailable):
    """The server answers with a status that says it could not; `body` is what it says."""

    def __init__(self, text: str, status: int, body: bytes) -> None:
        super().__init__(text)
        self.answered = status
        self.body = body


@dataclass(frozen=True)
class ModelServer:
    """`name` at `base_url`. Questions that are asked at once take `timeout` s at most."""

    name: str
    base_url: str
    timeout: float
    key: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """The server for sentences, without what may be secret in its address."""
        url = httpx.URL(self.base_url)
        return f"{self.name} at {url.scheme}://{url.netloc.decode()}"

    def ask(self, *questions: Question) -> list[bytes | AgentTelemetryError]:
        """The answers, or why there are none: Forbidden, Failed or Unavailable."""
        return asyncio.run(self._ask(questions))

    async def _ask(self, questions: Sequence[Question]) -> list[bytes | AgentTelemetryError]:
        async with httpx.AsyncClient(verify=self._certificates, timeout=self.timeout) as client:
            return await asyncio.gather(*(self._answer(client, one) for one in questions))

    async def _answer(
        self, client: httpx.AsyncClient, question: Question
    ) -> bytes | AgentTelemetryError:
        try:
            async with asyncio.timeout(self.timeout):
                status, body = await self._read(client, question)
        except TimeoutError:
            return Unavailable(f"{self.where} does not answer within {self.timeout:g} s")
        except AgentTelemetryError as error:
            return error
        except (httpx.LocalProtocolError, ValueError):  # their texts have the key
            return Unavailable(f"{self.where} cannot be asked: HTTP does not take such a key")
        except (httpx.HTTPError, OSError) as error:
            why = repr(error)
            if self.key:  # a server may send it back
                why = why.replace(self.key, "(the key)")
            return Unavailable(f"{self.where} does not answer: {why}"[:300])
        if status in (401, 403):
            return Forbidden(f"{self.where} refuses {question.path}: {status}")
        if status != 200:
            return Failed(f"{self.where} answers {status} to {question.path}", status, body)
        return body

    async def _read(self, client: httpx.AsyncClient, question: Question) -> tuple[int, bytes]:
        # Not compressed: a few bytes could become very many.
        headers = {"Accept-Encoding": "identity"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        method = "GET" if question.body is None else "POST"
        url = self.base_url.rstrip("/") + question.path
        async with client.stream(
            method, url, params=question.parameters, json=question.body, headers=headers
        ) as answer:
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise Unavailable(f"{self.where} compresses its answer though not asked to")
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > LARGEST:
                    raise Unavailable(f"{self.where} answers {question.path} with over 16 MiB")
            return answer.status_code, bytes(body)

    def document(self, question: Question, answer: bytes | AgentTelemetryError) -> dict[str, Any]:
        """The JSON object of an answer. Raises what the answer is when it is an error."""
        try:
            read = json.loads(given(answer))
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise Unavailable(f"{self.where} answers {question.path} with no JSON object")
        return read

    @cached_property
    def _certificates(self) -> Any:
        return httpx.create_ssl_context()  # takes 20 ms: once


def given(answer: bytes | AgentTelemetryError) -> bytes:
    """The answer. Raises it when it is an error."""
    if isinstance(answer, AgentTelemetryError):
        raise answer
    return answer
