"""As much of a phone's browser as loading a page takes: one kept connection, plain HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and how long its body was."""

    head: str
    n_bytes: int

    @property
    def is_ok(self) -> bool:
        return self.head.split(" ", 2)[1] == "200"

    def cookie(self, name: str) -> str | None:
        """Return the value that this answer gives to a cookie."""
        for line in self.head.split("\r\n"):
            field, _, value = line.partition(":")
            if field.lower() == "set-cookie" and value.strip().startswith(f"{name}="):
                return value.strip().removeprefix(f"{name}=").partition(";")[0]
        return None


async def load(origin: str, paths: Sequence[str], *, cookie: str = "") -> list[Answer]:
    """Load some files one after another over one connection."""
    parts = urlsplit(origin)
    async with asyncio.timeout(ANSWER_SECONDS):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            return [await _get(reader, writer, path, host=parts.netloc, cookie=cookie) for path in paths]
        finally:
            writer.close()


async def _get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, *, host: str, cookie: str
) -> Answer:
    fields = f"Host: {host}\r\nAccept-Encoding: br\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "")
    writer.write(f"GET {path} HTTP/1.1\r\n{fields}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    n_bytes = content_length(head)
    await reader.readexactly(n_bytes)
    return Answer(head, n_bytes)


def content_length(head: str) -> int:
    """Return how many bytes of body follow; every answer of ours says so."""
    for line in head.split("\r\n"):
        field, _, value = line.partition(":")
        if field.lower() == "content-length":
            return int(value)
    raise OSError(f"an answer without a length: {head[:200]}")
