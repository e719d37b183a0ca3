"""Log lines that may be kept: without secrets, query strings, whole addresses and what people wrote.

Nothing of ours logs such things; this is the net below, for messages of libraries and for mistakes of our own. It
works on what is about to be written, tracebacks included, so it cannot be forgotten by a call.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from datetime import UTC, datetime
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# Tokens, keys and hashes: long runs with a digit in them, or with cases mixed as in no name. Migrations are none.
_SECRET = re.compile(r"(?<![\w-])(?!\d{4}_)(?=[\w-]*\d|(?:[\w-]*[a-z][A-Z]){4})[\w-]{20,}(?:[.:][\w-]+)*", re.ASCII)
_WELCOME = re.compile(r"(/welcome/)[^\s\"'<>]+")
_QUERY = re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*")
_IPV4 = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?!\.?\w)")
_IPV6 = re.compile(r"(?<![\w:.])([0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\.\d{1,3}){0,3})(?![\w:])")
# What databases add to an error: rows and parameters, which is what people wrote.
_DATA_OF_AN_ERROR = re.compile(r"^(?:DETAIL|CONTEXT|LINE \d+|STATEMENT):?.*$\n?", re.MULTILINE)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127)}


def redacted(text: str) -> str:
    """Return the text as it may be kept."""
    text = _DATA_OF_AN_ERROR.sub("", text)
    text = _QUERY.sub("?…", text)
    text = _WELCOME.sub(r"\1…", text)
    text = _SECRET.sub("…", text)
    return _IPV6.sub(_network, _IPV4.sub(_network, text))


def _network(match: re.Match[str]) -> str:
    """The network that an address is in: enough to see where trouble comes from, too little to see who."""
    try:
        address = ipaddress.ip_address(match[1])
    except ValueError:
        return match[0]  # a time, a version
    if address.is_loopback or address.is_unspecified:
        return match[0]
    length = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, length), strict=False))


class RefusalsInALine(logging.Filter):
    """A request that Django refuses as suspicious is no error of ours: whoever scans the network gets one line of the
    log for it, and no traceback of forty."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


class TextFormatter(logging.Formatter):
    """One line a message, for people."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        # Whoever chooses a path cannot begin a line of the log with it.
        record.message = redacted(record.message).translate(_CONTROL)
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 -- logging's name
        return redacted(super().formatException(ei)).rstrip()


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = redacted(self.formatException(record.exc_info)).rstrip()
        return json.dumps(line, ensure_ascii=False)
