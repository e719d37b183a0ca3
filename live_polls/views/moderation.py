"""The moderation desk: one queue for all that people write, for any number of moderators at once.

Everything is a plain form; scripts only keep the queue live and save the reload. Rights are read anew with each post.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from live_polls.domain import access, deeds
from live_polls.domain.asking import edit_asking
from live_polls.domain.contributions import read_contributions
from live_polls.domain.entry import lock_room, set_passcode, unlock_room
from live_polls.domain.held_words import set_words
from live_polls.enums import Asking
from live_polls.errors import BadMessageError, PollError
from live_polls.models import Account, Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.moderation_page import Filter, mould, said, words

# So long somebody may think about it without scripts; with them, the offer goes after five seconds.
UNDO_SECONDS = 600
SALT = "live_polls.undo"

# What may be done to the room itself from here: {verb: (right, deed)}. All of it may be repeated.
ROOM_DEEDS: dict[str, tuple[str, Callable[[Room, QueryDict], object]]] = {
    "open_questions": ("lock", lambda room, _: edit_asking(room, asking=Asking.OPEN)),
    "pause_questions": ("lock", lambda room, _: edit_asking(room, asking=Asking.PAUSED)),
    "hold_questions": ("lock", lambda room, _: edit_asking(room, hold=True)),
    "show_at_once": ("lock", lambda room, _: edit_asking(room, hold=False)),
    "lock": ("lock", lambda room, _: lock_room(room)),
    "unlock": ("lock", lambda room, _: unlock_room(room)),
    "words": (
        "moderate",
        lambda room, fields: set_words(room, fields.get("word_list", ""), fields.get("allow_list", "")),
    ),
    "passcode": ("manage_entry", lambda room, fields: set_passcode(room, fields.get("passcode", ""))),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def moderation(request: HttpRequest, join_code: str) -> HttpResponse:
    """The desk; a POST does a deed, or undoes one."""
    room = access.room_for(request.user, join_code, "moderate")
    if request.method == "POST":
        return _do(request, room)
    filter_ = Filter.of(request.GET)
    queue = read_contributions(room.pk)
    context = {
        "room": room,
        "filter": filter_,
        "contributions": filter_.pick(queue),
        "n_waiting": sum(contribution.is_held for contribution in queue),
        "mould": mould(),
        "words": words(),
        "may_run": access.can(request.user, "run", room),
    }
    return render(request, "live_polls/moderation/desk.html", context)


def _do(request: HttpRequest, room: Room) -> HttpResponse:
    """Scripts get what happened as JSON; a form is sent back to where it came from."""
    verb = request.POST.get("verb", "")
    try:
        if verb == "undo":
            return _undo(request, room)
        if verb in ROOM_DEEDS:
            right, deed = ROOM_DEEDS[verb]
            deed(access.room_for(request.user, room.join_code, right), request.POST)
            return _answer(request, room, done=gettext("Done."))
        done = deeds.do(room, verb, request.POST.getlist("id"), request.POST.dict(), by=cast("Account", request.user))
    except PollError as error:
        return _answer(request, room, error=gettext(error.message), status=error.http_status)
    refused = gettext(done.refused[0].message) if done.refused else ""
    token = signing.dumps([room.pk, done.undo], salt=SALT, compress=True) if done.undo else ""
    return _answer(request, room, done=said(verb, len(done.undo)) if done.undo else "", undo=token, error=refused)


def _undo(request: HttpRequest, room: Room) -> HttpResponse:
    try:
        room_id, steps = signing.loads(request.POST.get("undo", ""), salt=SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature as bad:
        raise BadMessageError("That is too long ago to be undone.") from bad
    if room_id != room.pk:
        raise BadMessageError("That was done in another room.")
    n_left = deeds.undo(room, [tuple(step) for step in steps])
    left = (
        ngettext(
            "Somebody has decided about %(n)s of them since: that stays.",
            "Somebody has decided about %(n)s of them since: those stay.",
            n_left,
        )
        % {"n": n_left}
        if n_left
        else ""
    )
    return _answer(request, room, done="" if n_left == len(steps) else gettext("Undone."), error=left)


def _answer(
    request: HttpRequest, room: Room, *, done: str = "", undo: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    if not request.accepts("text/html"):
        return JsonResponse({"done": done, "undo": undo, "message": error}, status=status)
    if done:
        messages.success(request, done, extra_tags=undo)
    if error:
        messages.error(request, error)
    query = Filter.of(request.POST).query
    return redirect(reverse("live_polls:moderation", args=[room.join_code]) + query)
