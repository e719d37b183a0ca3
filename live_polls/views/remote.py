"""The remote: a host runs the room from a phone. Every button is a plain form; scripts only save the reload."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live_polls.domain import access, moderation, steps
from live_polls.domain.participants import stage_token
from live_polls.domain.room_view import RoomView
from live_polls.domain.snapshot import read_room
from live_polls.enums import QuestionState, TextState
from live_polls.errors import RoomNotFoundError
from live_polls.kinds import KINDS
from live_polls.models import Room
from live_polls.templatetags.charts import PLURALS
from live_polls.views.canonical import canonical_join_code
from live_polls.views.join_card import join_card
from live_polls.views.remote_board import remote_polls, step_words
from live_polls.views.remote_players import remote_players

MAX_TEXTS = 50


@never_cache
@login_required
@require_safe
@canonical_join_code
def remote(request: HttpRequest, join_code: str) -> HttpResponse:
    """The whole state on one page, as of now; scripts fetch it again when more than a tally has changed."""
    found = access.room_for(request.user, join_code, "run")
    room, _ = read_room(found.pk)
    if room is None:
        raise RoomNotFoundError
    polls = remote_polls(room)
    words, next_prompt = step_words(step := steps.next_step(found), n_polls=len(polls))
    context = {
        "room": room,
        "polls": polls,
        "current": next((poll for poll in polls if poll.is_current), None),
        "step": step,
        "step_words": words,
        "next_prompt": next_prompt,
        "mark": steps.mark_of(found),
        "card": join_card(room.join_code),
        "players": remote_players(room),
        "stage_link": stage_link(found),
        "remote_words": remote_words(),
    }
    context |= _questions(room)
    if any(KINDS[poll.kind].carries_texts(poll.settings) for poll in room.polls):
        context |= {
            "held": moderation.texts_in_state(found, TextState.HELD, most=MAX_TEXTS),
            "shown": moderation.texts_in_state(found, TextState.SHOWN, most=MAX_TEXTS),
        }
    return render(request, "live_polls/remote/remote.html", context)


def _questions(room: RoomView) -> dict[str, object]:
    """Those that wait, the oldest first; those that are shown, most votes first, what is answered last."""
    present = room.questions.present.values()
    shown = sorted(room.questions.shown.values(), key=lambda one: (one.answered, -one.n_upvotes, one.id))
    held = [question for question in present if question.state == QuestionState.HELD.value]
    on_stage = room.questions.shown.get(room.current_question or "")
    return {
        "on_stage": on_stage,
        "questions": shown[:MAX_TEXTS],
        "held_questions": sorted(held, key=lambda one: one.id)[:MAX_TEXTS],
    }


def stage_link(room: Room) -> str:
    """For a big screen where nobody is signed in; the token stands where servers and logs see none."""
    return f"{settings.PUBLIC_URL}{reverse('live_polls:stage', args=[room.join_code])}#{stage_token(room)}"


def remote_words() -> dict[str, object]:
    """What scripts say on the remote."""
    return {
        "here": {name: ngettext("%(n)s here", "%(n)s here", n) for name, n in PLURALS.items()},
        "voted": {name: ngettext("%(n)s voted", "%(n)s voted", n) for name, n in PLURALS.items()},
        "lost": gettext("Reconnecting… the buttons still work when the network does."),
        "over": gettext("This page is out of date. Reload it to go on."),
        "unsent": gettext("No answer from the server. Nothing may have changed; try again."),
        "copied": gettext("The stage link is copied."),
        "copy": gettext("Copy this link: it is selected."),
    }
