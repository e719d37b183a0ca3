"""Static files from memory: hashed names, compressed once, answered before Django is asked.

The stylesheets, scripts and fonts of the product are well under a megabyte, so each process keeps what it has served
and there is no collecting step. A stylesheet stands in the place of the `@import` that names it: people edit parts, a phone
asks once. `HashedStorage` gives templates the hashed URLs; `StaticFiles` is the ASGI door that answers
them. With DEBUG on, files keep their plain names and are read anew each time.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.storage import Storage

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_CSS_IMPORT = re.compile(r"""^@import "([^"]+)";\n""", re.MULTILINE)
_CSS_URL = re.compile(r"""url\(\s*(["']?)([^"')#?]+)([^"')]*)\1\s*\)""")
_HASHED_NAME = re.compile(r"(.+)\.[0-9a-f]{12}(\.[^./]+)")
_COMPRESSIBLE = re.compile(r"^(text/|application/(javascript|json|manifest\+json)|image/svg)")
# Above this size the last per cent of compression costs half a second of a start.
_BEST_COMPRESSION_UP_TO = 64 * 1024
_FOR_A_YEAR = b"public, max-age=31536000, immutable"
_ASK_EACH_TIME = b"no-cache"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class StaticFile:
    """One file as it is served."""

    name: str
    content: bytes
    variants: dict[bytes, bytes] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:12]

    @cached_property
    def hashed_name(self) -> str:
        root, extension = posixpath.splitext(self.name)
        return f"{root}.{self.digest}{extension}"

    @cached_property
    def content_type(self) -> str:
        extension = posixpath.splitext(self.name)[1]
        kind = _TYPES.get(extension) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def encoded(self, accepted: bytes) -> tuple[bytes, bytes]:
        """Return the coding that the client accepts, or none, and the body in it; each is made once."""
        if _COMPRESSIBLE.match(self.content_type):
            for coding, compress in ((b"br", _brotli), (b"gzip", _gzip)):
                if _accepts(accepted, coding):
                    if coding not in self.variants:
                        self.variants[coding] = compress(self.content)
                    return coding, self.variants[coding]
        return b"", self.content


def _accepts(accepted: bytes, coding: bytes) -> bool:
    for entry in accepted.lower().split(b","):
        name, _, quality = entry.partition(b";")
        if name.strip() == coding:
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def _brotli(content: bytes) -> bytes:
    quality = 11 if len(content) <= _BEST_COMPRESSION_UP_TO else 6
    compressed: bytes = brotli.compress(content, quality=quality)
    return compressed


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)


class Catalogue:
    """The static files of the installed apps; each is read when it is first needed, and once."""

    def __init__(self) -> None:
        self.storages: dict[str, Storage] = {}
        self.files: dict[str, StaticFile] = {}
        for finder in finders.get_finders():
            for name, storage in finder.list([]):
                # As Django's finders do: of two files with one name, the first is served.
                self.storages.setdefault(name, storage)

    def file(self, name: str, parents: tuple[str, ...] = ()) -> StaticFile | None:
        """Return the file with this plain name; `parents` are the stylesheets that are being read for it."""
        if name not in self.files:
            if name not in self.storages:
                return None
            with self.storages[name].open(name) as file:
                content: bytes = file.read()
            if name.endswith(".css"):
                content = self._whole_stylesheet(name, content.decode(), (*parents, name)).encode()
            self.files[name] = StaticFile(name, content)
        return self.files[name]

    def hashed_file(self, hashed_name: str) -> StaticFile | None:
        """Return the file with this hashed name, while that is its content."""
        match = _HASHED_NAME.fullmatch(hashed_name)
        file = self.file(match[1] + match[2]) if match else None
        return file if file and file.hashed_name == hashed_name else None

    def _whole_stylesheet(self, name: str, css: str, parents: tuple[str, ...]) -> str:
        """Put imports in their places and point each url() to a hashed name: a changed font or picture is never stale."""

        def named(path: str) -> StaticFile | None:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            return self.file(target, parents) if target not in parents else None

        def imported(match: re.Match[str]) -> str:
            file = named(match[1])
            if file is None:
                raise ValueError(f"There is no stylesheet {match[1]!r} for {name!r} to import.")
            return file.content.decode()

        def hashed(match: re.Match[str]) -> str:
            quote, path, rest = match[1], match[2], match[3]
            file = named(path)
            return f"url({quote}{settings.STATIC_URL}{file.hashed_name}{rest}{quote})" if file else match[0]

        return _CSS_IMPORT.sub(imported, _CSS_URL.sub(hashed, css))


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the files of this process."""
    return Catalogue()


class HashedStorage(StaticFilesStorage):
    """Gives templates URLs that change with the content."""

    def url(self, name: str | None) -> str:
        """Return the URL of a file; a name that does not exist is a mistake in a template and fails."""
        if settings.DEBUG or not name or name.endswith("/"):
            return super().url(name)
        path, mark, fragment = name.partition("#")
        file = catalogue().file(path)
        if file is None:
            raise ValueError(f"There is no static file {path!r}.")
        return f"{settings.STATIC_URL}{file.hashed_name}{mark}{fragment}"


class StaticFiles:
    """ASGI application that answers what is under STATIC_URL and hands everything else on."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.prefix = settings.STATIC_URL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            await self.application(scope, receive, send)
            return
        status, headers, body = respond(scope, scope["path"][len(self.prefix) :])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def respond(scope: Scope, name: str) -> tuple[int, Headers, bytes]:
    """Return status, headers and body for a request of the file with this plain or hashed name."""
    if scope["method"] not in {"GET", "HEAD"}:
        return _plain(405, b"Only GET and HEAD.\n", (b"allow", b"GET, HEAD"))
    file, caching = _find(name)
    if file is None:
        # Not to be kept: behind a proxy the file may exist a moment later, on a newer server.
        return _plain(404, b"There is no such file.\n", (b"cache-control", b"no-store"))
    asked = dict(scope["headers"])
    coding, body = file.encoded(asked.get(b"accept-encoding", b""))
    etag = f'"{file.digest}{"-" + coding.decode() if coding else ""}"'.encode()
    headers: Headers = [
        (b"content-type", file.content_type.encode()),
        (b"cache-control", caching),
        (b"etag", etag),
        (b"vary", b"accept-encoding"),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    if etag in {tag.strip().removeprefix(b"W/") for tag in asked.get(b"if-none-match", b"").split(b",")}:
        return 304, headers, b""
    if coding:
        headers.append((b"content-encoding", coding))
    return 200, [*headers, (b"content-length", str(len(body)).encode())], body


def _find(name: str) -> tuple[StaticFile | None, bytes]:
    if settings.DEBUG:
        path = finders.find(posixpath.normpath(f"/{name}").lstrip("/"))
        found = Path(path) if isinstance(path, str) else None
        return StaticFile(name, found.read_bytes()) if found and found.is_file() else None, _ASK_EACH_TIME
    hashed_file = catalogue().hashed_file(name)
    return (hashed_file, _FOR_A_YEAR) if hashed_file else (catalogue().file(name), _ASK_EACH_TIME)


def _plain(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> tuple[int, Headers, bytes]:
    length = (b"content-length", str(len(body)).encode())
    return status, [(b"content-type", b"text/plain; charset=utf-8"), length, *headers], body
