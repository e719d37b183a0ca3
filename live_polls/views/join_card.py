"""How people get in, as the big screen and the remote show it: an address to type, a code, a QR code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from live_polls.views.text_length import length_name

HOST_LENGTHS = ((22, "short"), (32, "medium"), (44, "long"))
QUIET_ZONE = 4  # modules; without it scanners fail on a dark screen


@dataclass(frozen=True, slots=True)
class JoinCard:
    """`host` is what people type, `url` what the QR code opens; both always under PUBLIC_URL."""

    join_code: str
    host: str
    url: str
    qr: SafeString

    @property
    def length(self) -> str:
        """How long the address is, for screens that must not cut it off."""
        return length_name(self.host, HOST_LENGTHS)


def join_card(join_code: str) -> JoinCard:
    """The card of a room. The QR code says the address in capitals, which makes it smaller and its modules larger."""
    url = f"{settings.PUBLIC_URL}{reverse('live_polls:audience', args=[join_code])}"
    return JoinCard(join_code=join_code, host=urlsplit(url).netloc, url=url, qr=_qr_svg(url.upper()))


@lru_cache(maxsize=256)
def _qr_svg(text: str) -> SafeString:
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=QUIET_ZONE, omitsize=True, svgclass=None, lineclass=None)
    # Written by segno from an address of ours: modules as numbers, no text of anybody.
    return mark_safe(svg)  # noqa: S308
