"""What pages of others can make of ours: no frame, no way through us to elsewhere, no words between windows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from live_polls.models import Room
from tests.web.conftest import As

pytestmark = pytest.mark.usefixtures("hub")

PAGES = (
    *("/", "/accounts/login/", "/j/{code}", "/stage/{code}", "/remote/{code}", "/rooms/", "/rooms/new"),
    *("/rooms/{code}/edit", "/j/ZZZZZZ", "/nowhere"),
)
ELSEWHERE = (
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "https://evil.example\\@testserver/",
    "https://evil.example#@testserver",
    "https://[::ffff:203.0.113.9]/",
    "ftp://testserver/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "%2F%2Fevil.example",
    "/%5Cevil.example",
    "//evil%E3%80%82example",
    "https://\uff45vil.example/",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_shown_in_a_frame(as_: As, room: Room, path: str):
    answer = as_("host").get(path.format(code=room.join_code))

    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_who_is_signed_in_is_never_led_elsewhere(as_: As, elsewhere: str):
    cache.clear()
    answer = as_("host").get("/accounts/login/", {"next": elsewhere})

    assert answer.status_code == 302
    # No scheme, and no host after two slashes of whatever kind: it stays here.
    assert not re.match(r"[\s\x00]*([a-z]+:|[/\\]{2}|[/\\]\s)", answer["Location"], re.IGNORECASE)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_front_door_leads_to_rooms_only(client: Client, elsewhere: str):
    assert client.post("/", {"join_code": elsewhere}).status_code == 404


def test_no_script_of_ours_listens_to_other_windows():
    scripts = [
        file.read_text("utf-8")
        for folder in settings.STATICFILES_DIRS
        for file in Path(folder).rglob("*.js")
        if "vendor" not in file.parts
    ]

    assert scripts
    assert not [
        script for script in scripts if re.search(r"postMessage|listener\(.message|window\.onmessage", script, re.I)
    ]
