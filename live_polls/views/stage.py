"""The big screen. Anybody may open it; what it shows depends on who stands behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live_polls.domain import access
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.errors import RoomNotFoundError
from live_polls.live.quiz_faces import board_object
from live_polls.views.canonical import canonical_join_code
from live_polls.views.join_card import join_card
from live_polls.views.poll_cards import skeletons
from live_polls.views.rounds import stage_figure
from live_polls.views.stage_questions import TopQuestion
from live_polls.views.stage_scene import scene_of
from live_polls.views.stage_words import stage_words


@never_cache
@require_safe
@canonical_join_code
def stage(request: HttpRequest, join_code: str) -> HttpResponse:
    """The first picture, complete without scripts. A stage link's token stays in the browser; the socket gets it."""
    found = access.find_room(join_code)
    is_trusted = access.can(request.user, "watch", found)
    room, _ = read_room(found.pk)
    if room is None:
        raise RoomNotFoundError
    if room.passcode and not is_trusted:
        room = room.closed()
    figure = stage_figure(room, is_trusted=is_trusted)
    context = {
        "rounds": figure,
        "room": room,
        "card": join_card(room.join_code),
        "scene": scene_of(room, Viewer.TRUSTED_STAGE if is_trusted else Viewer.AUDIENCE),
        "may_run": access.can(request.user, "run", found),
        "board": board_object(room),
        "moulds": skeletons(),
        "question_mould": TopQuestion(),
        "stage_words": stage_words(),
    }
    return render(request, "live_polls/stage/stage.html", context)
