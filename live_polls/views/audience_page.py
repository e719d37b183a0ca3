"""The audience page, answered before Django is asked.

For visitors without a ballot it is the same bytes for everyone; only the participant cookie differs. They are made once
a room, language, layout and order of questions, and anew after a second when merely tallies have moved; so a hall that
opens the page at once costs one rendering. Who has voted gets a page of their own. Posts, and what is not there, go on to Django.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http.cookies import CookieError, SimpleCookie
from math import ceil
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from live_polls.domain import join_codes
from live_polls.domain.asked import Asked, Questions, QuestionView
from live_polls.domain.participants import COOKIE_SECONDS, Participant, cookie_name
from live_polls.domain.room_view import MyBallot, RoomView
from live_polls.domain.snapshot import read_room
from live_polls.enums import Asking, RoomState
from live_polls.errors import BusyError, RateLimitedError, RoomNotFoundError
from live_polls.live.addresses import get_addresses
from live_polls.live.entering import is_guarded
from live_polls.live.entrance import refuse_strangers
from live_polls.live.feed import RoomFeed
from live_polls.live.hub import get_hub
from live_polls.live.identity import participant_of
from live_polls.live.newcomers import let_in
from live_polls.live.readers import read_for_one
from live_polls.views.question_cards import asking_card
from live_polls.views.question_order import RISING, VOTES, order_in
from live_polls.views.room_page import render_room_page, room_page_policy

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
PageKey = tuple[int, str, str]  # the room, the language, the order of questions

# QR codes say the address in capitals: that makes them smaller, and so their modules larger.
PREFIXES = ("/j/", "/J/")
TALLIES_MAY_BE_OLD_SECONDS = 1.0
MAX_PAGES = 1000
_PLAIN = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"))
# Middle qualities: the last per cent would take longer than they save.
CODINGS: dict[bytes, Callable[[bytes], bytes]] = {
    b"br": partial(brotli.compress, mode=brotli.MODE_TEXT, quality=5),
    b"gzip": partial(gzip.compress, compresslevel=6, mtime=0),
    b"": bytes,
}


@dataclass(frozen=True, slots=True)
class Page:
    """The page as of one version, in every coding."""

    room: tuple[str, int, int]
    questions: Questions
    made_at: float
    by_coding: dict[bytes, bytes]
    policy: bytes
    order: str = VOTES

    def holds(self, view: RoomView) -> bool:
        """Whether it was made of this state of the room or a later one; of another epoch, nobody can say."""
        return self.room[0] != view.epoch or self.room[2] >= view.version

    def is_fresh(self, view: RoomView) -> bool:
        """Whether it still shows the room: the same version, or the same layout with counts a moment old.

        Never questions that somebody took back or hid meanwhile: without scripts they would stay on the screen.
        """
        ages = self.order == RISING or any(poll.deadline for poll in view.polls)
        if self.room == _stand(view) and not ages:
            return True
        is_recent = time.monotonic() - self.made_at < TALLIES_MAY_BE_OLD_SECONDS
        return is_recent and self.room[:2] == _stand(view)[:2] and _say_the_same(self.questions, view.questions)


class AudiencePage:
    """ASGI application in front of Django."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._pages: dict[PageKey, Page] = {}
        self._making: dict[PageKey, asyncio.Task[Page]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope) if _asks_for_room(scope) else None
        except BusyError as error:
            # Too many wait to read: Django would only wait with them.
            retry = str(ceil(error.retry_ms / 1000)).encode()
            await send({"type": "http.response.start", "status": 503, "headers": [*_PLAIN, (b"retry-after", retry)]})
            await send({"type": "http.response.body", "body": str(error).encode()})
            return
        if answer is None:
            await self.app(scope, receive, send)
            return
        headers, body = answer
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: Scope) -> tuple[Headers, bytes] | None:
        """Headers and body, or None for Django to answer."""
        asked, cookies = _asked(scope)
        code, address = scope["path"][3:], (scope.get("client") or ("",))[0] or ""
        token = cookies.get(cookie_name(code), "")
        try:
            get_addresses().check(address)
            if not token:
                await refuse_strangers(code)
            feed = await get_hub().feed(code)
        except (RoomNotFoundError, RateLimitedError):
            return None  # Django says so, and counts the miss
        view = await feed.current_view()
        if view is None:
            return None
        participant = participant_of(token, view)
        if is_guarded(view, participant):
            return None
        if participant is not None:
            get_addresses().came(address, participant.voice_key)
        newcomer = _begin(view, address) if participant is None else ""
        if newcomer is None:
            return None
        language, coding = _language(asked, cookies), _coding(asked.get("accept-encoding", ""))
        # Where nobody asks there is one order, and one page.
        order = VOTES if view.asking == Asking.OFF.value else order_in(scope.get("query_string", b"").decode("latin-1"))
        page = None
        if participant is not None:
            view, page = await _own_page(participant, feed, view, language, coding, order)
        if page is None:
            page = await self._page(view, language, order)
        headers = _headers(scope, page, coding)
        if newcomer:
            headers.append((b"set-cookie", _cookie(view, newcomer, scope["scheme"]).encode()))
        return headers, page.by_coding[coding]

    async def _page(self, view: RoomView, language: str, order: str) -> Page:
        key = (view.id, language, order)
        page = self._pages.get(key)
        is_made = page is not None and page.is_fresh(view)
        while page is None or not is_made:
            if key not in self._making:
                task = asyncio.get_running_loop().create_task(self._make(view, key))
                task.add_done_callback(lambda _: self._making.pop(key, None))
                self._making[key] = task
            # Shielded: who asked first may go away, others wait for the same rendering. It may be of an older state than
            # this visitor has just brought about.
            page = await asyncio.shield(self._making[key])
            is_made = page.holds(view)
        return page

    async def _make(self, view: RoomView, key: PageKey) -> Page:
        _, language, order = key
        page = await asyncio.to_thread(make_page, view, language, order=order)
        if len(self._pages) >= MAX_PAGES:
            self._pages.clear()
        self._pages[key] = page
        return page


def make_page(
    view: RoomView,
    language: str,
    mine: Sequence[MyBallot] = (),
    codings: Iterable[bytes] = CODINGS,
    voice: str = "",
    asked: Asked | None = None,
    order: str = VOTES,
) -> Page:
    """Render and compress."""
    made_at = time.monotonic()
    with translation.override(language):
        plain = render_room_page(view, mine, voice=voice, asking=asking_card(view, asked, order=order)).encode()
    by_coding = {coding: CODINGS[coding](plain) for coding in codings}
    return Page(_stand(view), view.questions, made_at, by_coding, room_page_policy().encode(), order)


async def _own_page(
    participant: Participant, feed: RoomFeed, view: RoomView, language: str, coding: bytes, order: str
) -> tuple[RoomView, Page | None]:
    """The room as it is now, and the page with what is the participant's own, or None where nothing is.

    As it is now, and not as the feed has read it: who has just taken a question back must not see it again.
    """
    room, ballots = await read_for_one(read_room, feed.room_id, view, {participant.ballot_key: participant.voice_key})
    mine, voice = ballots.get(participant.ballot_key, ()), participant.voice_key
    is_known = room is not None and (voice in room.players or any(voice in poll.extra_times for poll in room.polls))
    asked = ballots.asked.get(participant.ballot_key)
    if room is None or not (mine or is_known or asked):
        return room or view, None
    return room, await asyncio.to_thread(make_page, room, language, mine, [coding], voice, asked, order)


def _begin(view: RoomView, address: str) -> str | None:
    """A token for who comes for the first time, while the room goes on and this address has not had too many of them."""
    if view.state == RoomState.ENDED.value:
        return None
    try:
        return let_in(view, address)
    except RateLimitedError:
        return None


def _say_the_same(before: Questions, now: Questions) -> bool:
    """Whether nothing but upvotes is new. The same object says so at once, however many questions there are."""
    return before is now or _said(before) == _said(now)


def _said(questions: Questions) -> dict[str, QuestionView]:
    return {code: replace(question, n_upvotes=0, version=0) for code, question in questions.shown.items()}


def _stand(view: RoomView) -> tuple[str, int, int]:
    return view.epoch, view.layout_version, view.version


def _asks_for_room(scope: Scope) -> bool:
    """Whether this is a plain read of the canonical address of a room."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or scope.get("root_path"):
        return False
    path: str = scope["path"]
    return path.startswith(PREFIXES) and path[3:] != "" and join_codes.normalise(path[3:]) == path[3:]


def _asked(scope: Scope) -> tuple[dict[str, str], dict[str, str]]:
    """The request's headers and cookies."""
    asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        jar = SimpleCookie(asked.get("cookie", ""))
    except CookieError:
        return asked, {}
    return asked, {name: morsel.value for name, morsel in jar.items()}


def _language(asked: dict[str, str], cookies: dict[str, str]) -> str:
    """The viewer's language, by the same rules as everywhere."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = asked.get("accept-language", "")
    request.COOKIES = cookies
    return translation.get_language_from_request(request)


def _coding(accepted: str) -> bytes:
    offered = {entry.partition(";")[0].strip(): entry for entry in accepted.lower().split(",")}
    for coding in ("br", "gzip"):
        if coding in offered and not offered[coding].replace(" ", "").endswith(("q=0", "q=0.0")):
            return coding.encode()
    return b""


def _headers(scope: Scope, page: Page, coding: bytes) -> Headers:
    headers: Headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(page.by_coding[coding])).encode()),
        # Each answer may carry a cookie of its own: not for shared caches, and not to be shown again unasked.
        (b"cache-control", b"private, no-store"),
        (b"vary", b"Accept-Encoding, Accept-Language, Cookie"),
        (b"content-security-policy", page.policy),
        (b"permissions-policy", settings.PERMISSIONS_POLICY.encode()),
        (b"referrer-policy", settings.SECURE_REFERRER_POLICY.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", settings.X_FRAME_OPTIONS.encode()),
    ]
    if coding:
        headers.append((b"content-encoding", coding))
    if scope["scheme"] == "https" and settings.SECURE_HSTS_SECONDS:
        headers.append((b"strict-transport-security", f"max-age={settings.SECURE_HSTS_SECONDS}".encode()))
    return headers


def _cookie(view: RoomView, token: str, scheme: str) -> str:
    cookie = f"{cookie_name(view.join_code)}={token}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
    return f"{cookie}; Secure" if scheme == "https" else cookie
