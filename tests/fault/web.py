"""HTTP as phones and hosts speak it: one request a connection, in a thread, with a deadline."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

PATIENCE_S = 5.0

_threads = ThreadPoolExecutor(24, thread_name_prefix="web")


class NoAnswerError(Exception):
    """Nobody knows what became of the request."""


class Answer:
    """A response, whatever its status."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def cookie(self, name: str) -> str | None:
        """The value of a cookie that this response sets."""
        for key, value in self.headers:
            if key.lower() == "set-cookie" and value.startswith(f"{name}="):
                return value.partition("=")[2].partition(";")[0]
        return None


async def post(
    url: str,
    body: Mapping[str, object] | bytes,
    headers: Mapping[str, str] | None = None,
    *,
    patience: float = PATIENCE_S,
) -> Answer:
    """Post a form, or bytes as they are; NoAnswerError when no whole answer comes."""
    data = body if isinstance(body, bytes) else urlencode(body).encode()
    request = Request(url, data=data, headers=dict(headers or {}), method="POST")
    return await asyncio.get_running_loop().run_in_executor(_threads, _send, request, patience)


async def get(url: str, *, patience: float = PATIENCE_S) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(_threads, _send, Request(url), patience)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _Stay())


def _send(request: Request, patience: float) -> Answer:
    try:
        with _opener.open(request, timeout=patience) as response:
            return Answer(response.status, response.getheaders(), response.read())
    except HTTPError as answered:
        with answered:
            return Answer(answered.code, list(answered.headers.items()), answered.read())
    except (OSError, HTTPException) as error:
        raise NoAnswerError(str(error)) from error
