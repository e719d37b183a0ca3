"""What a browser loads for a page, found by reading the page, its import map and its modules."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

# Not `import(…)`: what a page may need one day is no part of loading it.
_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']([^"']+)["']""")
# Types in comments import too, but no browser loads them.
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_LOADED_LINKS = {"stylesheet", "modulepreload", "preload", "icon", "manifest"}
MAX_FILES = 50


class PageParser(HTMLParser):
    """Collects the addresses that a page makes the browser load, and its import map."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.import_map: dict[str, str] = {}
        self._in_map = False
        self._n_templates = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._n_templates += tag == "template"
        if self._n_templates:
            return  # inert: a browser loads nothing of it
        found = dict(attrs)
        address = found.get("href") if tag == "link" else found.get("src")
        loads = tag in {"script", "img"} or (tag == "link" and _LOADED_LINKS & set((found.get("rel") or "").split()))
        if loads and address and not address.startswith("data:"):
            self.addresses.append(address)
        self._in_map = tag == "script" and found.get("type") == "importmap"

    def handle_endtag(self, tag: str) -> None:
        self._n_templates -= tag == "template"

    def handle_data(self, data: str) -> None:
        if self._in_map and data.strip():
            self.import_map = json.loads(data)["imports"]
            self._in_map = False


@dataclass(slots=True)
class PageFiles:
    """The files of one page, by address, as they come over the wire."""

    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def kb(self) -> float:
        return sum(self.sizes.values()) / 1024

    def load(self, url: str) -> None:
        """Load a page and everything it names."""
        parser = PageParser()
        parser.feed(self._fetch(url))
        for address in parser.addresses:
            self._follow(urljoin(url, address), parser.import_map)

    def _follow(self, url: str, import_map: dict[str, str]) -> None:
        if url in self.sizes or len(self.sizes) >= MAX_FILES:
            return
        text = self._fetch(url)
        for name in links_of(url, text):
            self._follow(urljoin(url, import_map.get(name, name)), import_map)

    def _fetch(self, url: str) -> str:
        request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
                body: bytes = answer.read()
                encoding = answer.headers.get("Content-Encoding", "")
        except urllib.error.HTTPError as error:
            raise OSError(f"{url} answers {error.code}") from error
        self.sizes[url] = len(body)
        return decode(body, encoding)


def links_of(url: str, text: str) -> list[str]:
    """Return what a module imports, or what a style sheet names."""
    if url.endswith(".js"):
        return _IMPORT.findall(_COMMENT.sub("", text))
    if url.endswith(".css"):
        return [found for found in _CSS_URL.findall(text) if not found.startswith("data:")]
    return []


def decode(body: bytes, encoding: str) -> str:
    """Undo the compression; a file that is no text reads as something harmless."""
    if encoding == "br":
        import brotli  # noqa: PLC0415 - only where the server compresses

        body = brotli.decompress(body)
    return body.decode(errors="replace")
