"""The audience page through Django: for those who have voted, and for plain form posts, which need no JavaScript.

A form post is a cast whose `seq` stands in the form: a reload sends the same ballot again and gets the same receipt;
a form that was left behind in another tab is stale and shown with what is in force. There is no form token: the page is
the same bytes for everyone. Instead a post must come from our own page (Origin, Sec-Fetch-Site) and bring the
participant's cookie, which browsers do not send along from other sites (SameSite=Lax).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from live_polls.domain import join_codes
from live_polls.domain.ballots import Cast
from live_polls.domain.extra_time import MOST_TIMES, ask_in_room
from live_polls.domain.participants import Participant, cookie_name
from live_polls.domain.players import Naming
from live_polls.domain.room_view import Mine, RoomView
from live_polls.domain.snapshot import read_room
from live_polls.enums import RoomState
from live_polls.errors import InvalidAnswerError, PollError, PollNotFoundError, RoomNotFoundError, UnfitAnswerError
from live_polls.kinds import KINDS
from live_polls.live.addresses import get_addresses
from live_polls.live.ballot_box import get_box
from live_polls.live.entrance import refuse_strangers
from live_polls.live.feed import RoomFeed
from live_polls.live.hub import get_hub
from live_polls.live.identity import participant_of
from live_polls.live.readers import read_for_one
from live_polls.views import door
from live_polls.views.audience_words import refusal_words, told_words
from live_polls.views.client_address import client_address
from live_polls.views.question_cards import AskingCard, asking_card, question_refusal_words
from live_polls.views.question_forms import QUESTION_DEEDS, question_deed
from live_polls.views.question_order import order_in, query_of
from live_polls.views.room_page import render_room_page, room_page_policy

# As in live/commands.py.
MAX_ROUND = 2**31 - 1
MAX_SEQ = 2**53
MAX_TYPED = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form post did not count: a code of refusal_words, for one poll or for the page."""

    code: str
    status: int
    poll: str = ""
    mend: str = ""  # how to mend it, where we know
    typed: Mapping[str, str] = field(default_factory=dict)
    is_of_name: bool = False
    is_of_entrance: bool = False
    is_of_questions: bool = False

    @property
    def is_of_card(self) -> bool:
        """Whether a card of the page says it, so that its top need not."""
        return self.is_of_name or self.is_of_entrance or self.is_of_questions

    @property
    def sentence(self) -> str:
        if self.mend:
            return self.mend
        words = refusal_words() | (question_refusal_words() if self.is_of_questions else {})
        return words.get(self.code, words["internal"])


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def audience(request: HttpRequest, join_code: str) -> HttpResponse:
    """The room as this participant sees it; a post casts, changes or withdraws a ballot first."""
    code = join_codes.normalise(join_code)
    if not code:
        raise RoomNotFoundError
    address = reverse("live_polls:audience", args=[code])
    if code != join_code and request.method != "POST":
        invited = f"?{urlencode({'i': request.GET['i']})}" if "i" in request.GET else ""
        return HttpResponseRedirect(address + invited)
    if not request.COOKIES.get(cookie_name(code), ""):
        await refuse_strangers(code)
    feed = await get_hub().feed(code)
    view = await feed.current_view()
    if view is None:
        raise RoomNotFoundError
    participant = participant_of(request.COOKIES.get(cookie_name(code), ""), view)
    if participant is not None:
        get_addresses().came(client_address(request), participant.voice_key)
    elif view.state == RoomState.ENDED.value:
        raise RoomNotFoundError  # to a stranger it is over
    refused, told = None, ""
    if request.method == "POST":
        done = await _hear(request, feed, view, participant)
        if isinstance(done, HttpResponse):
            return done
        refused, told = (done, "") if isinstance(done, Refused) else (None, done)
    participant, token, instead = await door.come_in(request, view, participant)
    return instead or await _page(request, feed, participant, refused, told=told, token=token)


async def _hear(
    request: HttpRequest, feed: RoomFeed, view: RoomView, participant: Participant | None
) -> HttpResponse | Refused | str:
    """Do what the form says: where to go on, why it was not done, or what to tell on the page."""
    deed, address = request.POST.get("deed"), door.address_of(view)
    if deed in door.DEEDS and not is_foreign(request):
        done = await door.hear(request, view, participant)
        return done if isinstance(done, HttpResponse) else Refused("not_allowed", 403, mend=done, is_of_entrance=True)
    if deed in QUESTION_DEEDS:
        kept = query_of(order_in(request.META["QUERY_STRING"]))
        return await _ask(request, view, participant) or HttpResponseRedirect(f"{address}{kept}#questions")
    refused = await _cast(request, feed, view, participant)
    if refused is not None:
        return refused
    if deed == "react":
        return told_words(request.POST.get("reaction", ""))
    return HttpResponseRedirect(f"{address}#player" if deed == "name" else f"{address}#poll-{request.POST['poll']}")


async def _page(
    request: HttpRequest,
    feed: RoomFeed,
    participant: Participant | None,
    refused: Refused | None = None,
    *,
    told: str = "",
    token: str = "",
) -> HttpResponse:
    who = {participant.ballot_key: participant.voice_key} if participant else None
    room, mine = await read_for_one(read_room, feed.room_id, feed.view, who)
    if room is None:
        raise RoomNotFoundError
    entrance = await door.entrance_of(
        request, room, participant, refused.sentence if refused and refused.is_of_entrance else ""
    )
    # In a thread: rendering takes milliseconds in which the loop serves sockets.
    page = await asyncio.to_thread(
        render_room_page,
        room,
        mine.get(participant.ballot_key, ()) if participant else (),
        voice=participant.voice_key if participant else "",
        told=told,
        typed=refused.typed if refused else None,
        refusals={refused.poll: refused.sentence} if refused and refused.poll else None,
        notice=refused.sentence if refused and not refused.poll and not refused.is_of_card else "",
        name_refusal=refused.sentence if refused and refused.is_of_name else "",
        entrance=entrance,
        asking=_asking(room, mine, participant, refused, order_in(request.META["QUERY_STRING"])),
    )
    response = HttpResponse(page, status=refused.status if refused else 200)
    response["Content-Security-Policy"] = room_page_policy()
    if token:
        door.hand_out(request, response, room, token)
    return response


def _asking(
    room: RoomView, mine: Mine, participant: Participant | None, refused: Refused | None, order: str
) -> AskingCard:
    asked = mine.asked.get(participant.ballot_key) if participant else None
    if refused is None or not refused.is_of_questions:
        return asking_card(room, asked, order=order)
    text, name = (refused.typed.get(field, "") for field in ("text", "name"))
    return asking_card(room, asked, refusal=refused.sentence, typed=text, typed_name=name, order=order)


async def _ask(request: HttpRequest, view: RoomView, participant: Participant | None) -> Refused | None:
    """Ask, take back, vote up: by the same box as scripts."""
    typed = {name: request.POST.get(name, "") for name in ("text", "name")}
    if is_foreign(request) or participant is None:
        return Refused("cookie" if participant is None else "foreign", 403, typed=typed, is_of_questions=True)
    said = "question.ask" if request.POST.get("deed") == "ask" else "question.upvote"
    try:
        get_hub().manners.check(participant.voice_key, said)
        deed = question_deed(request.POST, view.id, participant.voice_key)
    except PollError as error:
        return Refused(error.code, error.http_status, typed=typed, is_of_questions=True)
    outcome = await get_box().cast_and_await(deed)
    if not isinstance(outcome, PollError):
        return None
    return Refused(outcome.code, outcome.http_status, typed=typed, is_of_questions=True)


async def _cast(
    request: HttpRequest, feed: RoomFeed, view: RoomView, participant: Participant | None
) -> Refused | None:
    if is_foreign(request):
        return Refused("foreign", 403)
    if participant is None:
        return Refused("cookie", 403)
    deed = request.POST.get("deed", "")
    get_hub().manners.check(participant.voice_key, "player.name" if deed == "name" else deed)
    try:
        if request.POST.get("deed") == "time":
            await _ask_for_time(request.POST, view, participant)
            return None
        if request.POST.get("deed") == "react":
            return _react(request.POST, feed, participant)
        if request.POST.get("deed") == "name":
            return await _name(request.POST, view, participant)
        cast = _read_form(request.POST, view, participant)
    except PollError as error:
        return _refused(error, request.POST, view)
    outcome = await get_box().cast_and_await(cast)
    return _refused(outcome, request.POST, view) if isinstance(outcome, PollError) else None


def _refused(error: PollError, fields: QueryDict, view: RoomView) -> Refused:
    code, mend = fields.get("poll", ""), ""
    typed: dict[str, str] = {}
    if isinstance(error, UnfitAnswerError):
        mend, typed = gettext(error.sentence) % error.values, {name: fields.get(name, "") for name in fields}
    return Refused(error.code, error.http_status, _known(view, code), mend, typed)


async def _name(fields: QueryDict, view: RoomView, participant: Participant) -> Refused | None:
    naming = Naming(
        view.id, participant.voice_key, fields.get("name", "")[:MAX_TYPED], fields.get("team", "")[:MAX_TYPED]
    )
    outcome = await get_hub().names.name(naming)
    if not isinstance(outcome, PollError):
        return None
    code = "name_kept" if outcome.code == "not_allowed" else outcome.code
    return Refused(code, outcome.http_status, is_of_name=True)


def _react(fields: QueryDict, feed: RoomFeed, participant: Participant) -> Refused | None:
    said = fields.get("reaction", "")
    if not told_words(said):
        return Refused("invalid_answer", 422)
    get_hub().react(feed, participant.voice_key, said)
    return None


async def _ask_for_time(fields: QueryDict, view: RoomView, participant: Participant) -> None:
    number, nth = _whole(fields, "round", MAX_ROUND), _whole(fields, "nth", MOST_TIMES)
    code = fields.get("poll", "")
    await read_for_one(ask_in_room, view.id, code, round_=number, voice=participant.voice_key, nth=nth)


def _read_form(fields: QueryDict, view: RoomView, participant: Participant) -> Cast:
    poll = view.poll(fields.get("poll", ""))
    if poll is None:
        raise PollNotFoundError
    number, seq = _whole(fields, "round", MAX_ROUND), _whole(fields, "seq", MAX_SEQ)
    answer = None if fields.get("deed") == "withdraw" else KINDS[poll.kind].form_answer(dict(fields.lists()))
    return Cast(
        view.id,
        participant.ballot_key,
        poll.code,
        number,
        seq,
        answer,
        participant.voice_key,
        by_account=participant.by_account,
    )


def _whole(fields: QueryDict, name: str, most: int) -> int:
    text = fields.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 17 and 1 <= int(text) <= most):
        raise InvalidAnswerError("The form is not whole.")
    return int(text)


def _known(view: RoomView, code: str) -> str:
    """The poll's code if the page will have a card for it, else the sentence belongs on top of the page."""
    return code if view.poll(code) is not None else ""


def is_foreign(request: HttpRequest) -> bool:
    """Whether the browser says that another site posts this form. Browsers on plain http send an Origin only."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin not in settings.ALLOWED_ORIGINS
    return request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
