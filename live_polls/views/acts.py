"""The one door for running a room: the remote's buttons, the stage's keys and the editor post a verb here.

Rights are read anew with each post. A stage without sign-in proves itself by the token of its stage link in a
header; the CSRF token and the Origin are checked as for any form. Whatever is posted may be posted again: a verb
that adds up (`next`, `extend`) carries what its sender saw and does nothing when that is over.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from live_polls.domain import access, cohorts, lifecycle, moderation, players, steps
from live_polls.domain import question_moderation as desk
from live_polls.domain.asking import edit_asking
from live_polls.domain.participants import StageLink, is_stage_token
from live_polls.domain.rooms import end_room, set_one_at_a_time
from live_polls.domain.rounds import show_rounds
from live_polls.enums import Asking, Screen
from live_polls.errors import (
    BadMessageError,
    CohortNotFoundError,
    NotAllowedError,
    PlayerNotFoundError,
    PollError,
    RoomNotFoundError,
)
from live_polls.models import Cohort, Player, Poll, Question, Room

Act = Callable[[Room, QueryDict], object]

# A stranger can do nothing with these refusals but see a page; everything else is said on the page one came from.
REFUSALS = (NotAllowedError, RoomNotFoundError)


def _poll(room: Room, fields: QueryDict) -> Poll:
    return access.find_poll(room, fields.get("poll", ""))


def _player(room: Room, fields: QueryDict) -> Player:
    number = fields.get("player", "")
    player = Player.objects.filter(room=room, pk=number).first() if number.isascii() and number.isdigit() else None
    if player is None:
        raise PlayerNotFoundError
    return player


def _cohort(room: Room, fields: QueryDict) -> Cohort:
    number = _round(fields.get("cohort", ""))
    cohort = Cohort.objects.select_related("poll").filter(poll__room=room, pk=number).first() if number else None
    if cohort is None:
        raise CohortNotFoundError
    return cohort


def _question(room: Room, fields: QueryDict) -> Question:
    return desk.find_question(room, fields.get("question", ""))


def _to_poll(deed: Callable[[Poll], None]) -> Act:
    return lambda room, fields: deed(_poll(room, fields))


def _put_on_stage(room: Room, fields: QueryDict) -> None:
    """By code; by `step`, as people count them, for stages, which do not know drafts; or nothing: the lobby."""
    step = fields.get("step", "")
    if step:
        lifecycle.put_on_stage(room, steps.poll_at(room, step))
    else:
        lifecycle.put_on_stage(room, _poll(room, fields) if fields.get("poll") else None)


def _to_screen(screen: Screen) -> Act:
    return lambda room, _fields: lifecycle.set_screen(room, screen)


def _show_rounds(room: Room, fields: QueryDict) -> None:
    """By the numbers of the two; without any, or with some that cannot be compared: the last two."""
    first, second = (_round(fields.get(name, "")) for name in ("first", "second"))
    show_rounds(room, _poll(room, fields), first, second)


def _round(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _text(room: Room, fields: QueryDict) -> tuple[Poll, int, str]:
    # No database takes a NUL in a text.
    return _poll(room, fields), _round(fields.get("round", "")) or 0, fields.get("key", "").replace("\0", "")


def _next(room: Room, fields: QueryDict) -> None:
    steps.take_step(room, seen=fields.get("seen", ""))


def _extend(room: Room, fields: QueryDict) -> None:
    steps.give_time(_poll(room, fields), seen=fields.get("seen", ""))


STAGE_ACTS: dict[str, Act] = {
    "next": _next,
    "open": _to_poll(lifecycle.open_poll),
    "close": _to_poll(lifecycle.close_poll),
    "show": _to_poll(lifecycle.show_results),
    "hide": _to_poll(lifecycle.hide_results),
    "extend": _extend,
    "untimed": _to_poll(lifecycle.stop_countdown),
    "stage": _put_on_stage,
    "content": _to_screen(Screen.CONTENT),
    "blank": _to_screen(Screen.BLANK),
    "join": _to_screen(Screen.JOIN),
    "rounds": _show_rounds,
    "board": _to_screen(Screen.BOARD),
    "questions": _to_screen(Screen.QUESTIONS),
}
# Only for people with the right: these can undo a talk, and a stage link may be in many hands.
ACTS: dict[str, Act] = STAGE_ACTS | {
    "archive": _to_poll(lifecycle.archive_poll),
    "reset": _to_poll(lifecycle.reset_poll),
    "one_at_a_time": lambda room, _fields: set_one_at_a_time(room, one_at_a_time=True),
    "several_at_once": lambda room, _fields: set_one_at_a_time(room, one_at_a_time=False),
    "show_text": lambda room, fields: moderation.show_text(*_text(room, fields)),
    "hide_text": lambda room, fields: moderation.hide_text(*_text(room, fields)),
    "pin_question": lambda room, fields: desk.pin_question(_question(room, fields)),
    "unpin_question": lambda room, _fields: desk.unpin_question(room),
    "approve_question": lambda room, fields: desk.approve_question(_question(room, fields)),
    "hide_question": lambda room, fields: desk.hide_question(_question(room, fields)),
    "answer_question": lambda room, fields: desk.answer_question(_question(room, fields)),
    "reopen_question": lambda room, fields: desk.answer_question(_question(room, fields), answered=False),
    "archive_question": lambda room, fields: desk.archive_question(_question(room, fields)),
    "reply_question": lambda room, fields: desk.reply_to_question(_question(room, fields), fields.get("reply", "")),
    "pause_asking": lambda room, _fields: edit_asking(room, asking=Asking.PAUSED),
    "open_asking": lambda room, _fields: edit_asking(room, asking=Asking.OPEN),
    "player_show": lambda room, fields: players.show_player(_player(room, fields)),
    "player_hide": lambda room, fields: players.hide_player(_player(room, fields)),
    "player_rename": lambda room, fields: players.rename_player(_player(room, fields), fields.get("name", "")),
    "set_aside": lambda room, fields: cohorts.set_aside(_cohort(room, fields)),
    "take_back_in": lambda room, fields: cohorts.take_back_in(_cohort(room, fields)),
    "end_room": lambda room, _fields: end_room(room),
}
_OF_QUESTIONS = tuple(verb for verb in ACTS if verb.endswith("_question"))
# The right that each asks for; what is not here is for those who run the room.
RIGHTS: dict[str, str] = (
    dict.fromkeys(STAGE_ACTS, "steer")
    | dict.fromkeys(
        (*_OF_QUESTIONS, "show_text", "hide_text", "player_show", "player_hide", "player_rename"), "moderate"
    )
    | dict.fromkeys(("pause_asking", "open_asking"), "lock")
    | dict.fromkeys(("set_aside", "take_back_in"), "set_aside")
)


@never_cache
@require_POST
def act(request: HttpRequest, join_code: str) -> HttpResponse:
    """Do the verb. Scripts get 204 or the error as JSON; a form is sent back to where it came from."""
    try:
        verb = request.POST.get("verb", "")
        if verb not in ACTS:
            raise BadMessageError("There is no such verb.")
        ACTS[verb](_room_for(request, join_code, RIGHTS.get(verb, "run")), request.POST)
    except PollError as error:
        if request.accepts("text/html") and isinstance(error, REFUSALS):
            raise
        return _refused(request, join_code, error)
    return HttpResponse(status=204) if _is_script(request) else redirect(_way_back(request, join_code))


def _room_for(request: HttpRequest, join_code: str, right: str) -> Room:
    token = request.headers.get("X-Stage-Token", "")
    if token:
        room = access.find_room(join_code)
        is_link = is_stage_token(token, room_id=room.pk, stage_key=room.stage_key)
        if is_link and access.can(StageLink(room.pk), right, room):
            return room
    return access.room_for(request.user, join_code, right)


def _refused(request: HttpRequest, join_code: str, error: PollError) -> HttpResponse:
    message = gettext(error.message)
    if _is_script(request):
        return JsonResponse({"error": error.code, "message": message}, status=error.http_status)
    messages.error(request, message)
    return redirect(_way_back(request, join_code))


def _is_script(request: HttpRequest) -> bool:
    return not request.accepts("text/html")


def _way_back(request: HttpRequest, join_code: str) -> str:
    """The page in `next` if it is one of ours, else the remote."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return page
    return reverse("live_polls:remote", args=[join_code])
