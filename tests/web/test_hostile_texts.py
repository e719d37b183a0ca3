"""Whatever people write stays text: a page with it has the same elements as a page with harmless words."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import Client

from live_polls.domain import lifecycle, polls
from live_polls.domain.polls import PollDraft
from live_polls.models import Poll, Room
from tests.web.conftest import As

HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "a broken script": "<scr<script>ipt>alert(1)</script>",
    "a picture": "<img src=x onerror=alert(1)>",
    "SVG": "<svg/onload=alert(1)>",
    "a frame": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "a style": "<style>*{display:none}</style>",
    "an end of a script": "</script><script>alert(1)</script>",
    "an end of a title": "</title><script>alert(1)</script>",
    "an end of a text field": "</textarea><script>alert(1)</script>",
    "an attribute": '" onmouseover="alert(1)" x="',
    "an attribute in single quotes": "' autofocus onfocus='alert(1)",
    "an address": "javascript:alert(1)",
    "a comment": "<!-- --!> <b>x</b>",
    "a template": "{{ request }}{% debug %}{{ 7|add:7 }}${7*7}",
    "an entity": "&lt;script&gt; &amp;quot; &#x3c;b&#x3e;",
    "line ends of JavaScript": "a\u2028b\u2029c",
    "text the other way round": "abc\u202edef\u2066ghi",
    "a pile of marks": "Z" + "\u0300\u0301\u0302" * 20,
    "joiners": "\u200d" * 50 + "x",
    "many emoji": "\U0001f469\u200d\U0001f680" * 20,
    "letters that look like others": "\u0430dmin \u2014 p\u0430yp\u0430l.com",
    "a formula": '=HYPERLINK("http://evil.example","x")',
    "a backslash": "\\'\\\"\\u003cscript\\u003e",
}
pytestmark = pytest.mark.usefixtures("hub")

PAGES = ("/j/{code}", "/stage/{code}", "/remote/{code}", "/rooms/{code}/edit", "/rooms/")


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and the addresses they lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses |= {value or "" for name, value in attrs if name in {"href", "src", "action", "formaction"}}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(client: Client, path: str, room: Room) -> Skeleton:
    answer = client.get(path.format(code=room.join_code))
    assert answer.status_code == 200, path
    return Skeleton(answer.content.decode())


@pytest.fixture
def poll(room: Room) -> Poll:
    return polls.add_poll(room, PollDraft(kind="single_choice", prompt="harmless", options=["one harmless", "two"]))


@pytest.mark.parametrize("path", PAGES)
def test_hostile_words_are_words_on_every_page(as_: As, room: Room, poll: Poll, path: str):
    lifecycle.open_poll(poll)
    lifecycle.close_poll(poll)
    client = as_("host")
    before = page(client, path, room)

    for name, text in HOSTILE.items():
        # As if no check of ours had been there.
        Poll.objects.filter(pk=poll.pk).update(prompt=text)
        poll.options.filter(number=1).update(text=text)
        Room.objects.filter(pk=room.pk).update(title=text)
        after = page(client, path, room)
        assert (name, after.elements) == (name, before.elements)
        assert not [link for link in after.addresses if link.lower().startswith(("javascript:", "data:text"))], name


def test_the_words_are_shown_as_they_were_written(as_: As, room: Room, poll: Poll):
    text = HOSTILE["a script"] + HOSTILE["a template"]
    lifecycle.open_poll(poll)
    Poll.objects.filter(pk=poll.pk).update(prompt=text)

    assert text in "".join(page(as_("stranger"), "/j/{code}", room).texts)
