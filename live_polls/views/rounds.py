"""Rounds compared: a page for hosts, and the same figure for stages when a host shows it there."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live_polls.domain import access
from live_polls.domain.participants import is_stage_token
from live_polls.domain.room_view import RoomView
from live_polls.domain.rounds import compare_rounds
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer, sees_counts
from live_polls.enums import Screen
from live_polls.errors import NotAllowedError, PollNotFoundError, RoomNotFoundError
from live_polls.kinds import KINDS
from live_polls.models import Poll, Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.rounds_figure import MOST_ROUNDS_ON_STAGE, RoundsFigure, rounds_figure


@never_cache
@login_required
@require_safe
@canonical_join_code
def rounds(request: HttpRequest, join_code: str, poll: str) -> HttpResponse:
    """All rounds of a poll that are over, and who moved where between two of them (`first`, `second`)."""
    room = access.room_for(request.user, join_code, "watch")
    asked = access.find_poll(room, poll)
    figure = figure_of(asked, _number(request, "first"), _number(request, "second"))
    context = {"room": room, "poll": asked, "figure": figure, "may_run": access.can(request.user, "run", room)}
    return render(request, "live_polls/rounds/page.html", context)


@never_cache
@require_safe
@canonical_join_code
def stage_rounds(request: HttpRequest, join_code: str) -> HttpResponse:
    """What a stage shows of the rounds that a host compares there, as a piece of a page."""
    found = access.find_room(join_code)
    view, _ = read_room(found.pk)
    if view is None:
        raise RoomNotFoundError
    is_trusted = _is_trusted(request, found)
    figure = stage_figure(view if is_trusted or not view.passcode else view.closed(), is_trusted=is_trusted)
    if figure is None:
        raise NotAllowedError
    return render(request, "live_polls/rounds/_figure.html", {"figure": figure, "is_stage": True})


def stage_figure(view: RoomView, *, is_trusted: bool) -> RoundsFigure | None:
    """The figure, if the room compares rounds and this stage may see it: a stage that nobody vouches for sees what the
    audience sees of the poll."""
    poll = view.poll(view.current) if view.current else None
    if view.screen != Screen.ROUNDS.value or poll is None:
        return None
    if not (is_trusted or sees_counts(poll, Viewer.AUDIENCE, voted=False)):
        return None
    pair = list(view.compared)[:2]
    first, second = pair if len(pair) == 2 else (None, None)
    return figure_of(Poll(pk=poll.id, kind=poll.kind), first, second, most_rounds=MOST_ROUNDS_ON_STAGE)


def figure_of(
    poll: Poll, first: int | None = None, second: int | None = None, *, most_rounds: int | None = None
) -> RoundsFigure:
    template = f"live_polls/charts/{KINDS[poll.kind].chart_name}.html"
    try:
        return rounds_figure(compare_rounds(poll, first, second), template, most_rounds=most_rounds)
    except Poll.DoesNotExist:
        raise PollNotFoundError from None


def _is_trusted(request: HttpRequest, room: Room) -> bool:
    token = request.headers.get("X-Stage-Token", "")
    if token and is_stage_token(token, room_id=room.pk, stage_key=room.stage_key):
        return True
    return access.can(request.user, "watch", room)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
