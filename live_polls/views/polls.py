"""The desk: write, rewrite, move and delete the polls of a room."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from live_polls.domain import access
from live_polls.domain.pictures import picture_views
from live_polls.domain.poll_copies import copy_poll, duplicate_poll
from live_polls.domain.polls import add_poll, edit_poll, has_ballots, move_poll, remove_poll
from live_polls.domain.starters import add_starter
from live_polls.errors import InvalidSettingsError, MeaningUnconfirmedError, PollHasBallotsError, PollNotFoundError
from live_polls.models import Ballot, Poll, Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.option_lines import with_uploads
from live_polls.views.poll_form import PollForm
from live_polls.views.poll_preview import preview_card


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def poll_new(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "edit")
    post, refusals = with_uploads(room, request)
    form = PollForm(post) if request.method == "POST" else PollForm.to_begin_with(_to_copy(room, request))
    rearranged = PollForm.rearranged(post)
    if rearranged is None and not refusals and form.is_valid() and _saved(room, None, form):
        messages.success(request, _("Poll added."))
        return redirect("live_polls:room-edit", room.join_code)
    return _poll_page(request, room, None, _refusing(rearranged or form, refusals))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def poll_edit(request: HttpRequest, join_code: str, poll: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "edit")
    edited = access.find_poll(room, poll)
    post, refusals = with_uploads(room, request)
    form = PollForm(post) if request.method == "POST" else PollForm.of_poll(edited)
    rearranged = PollForm.rearranged(post)
    if rearranged is None and not refusals and form.is_valid() and _saved(room, edited, form):
        messages.success(request, _("Saved."))
        return redirect("live_polls:room-edit", room.join_code)
    return _poll_page(request, room, edited, _refusing(rearranged or form, refusals))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def poll_delete(request: HttpRequest, join_code: str, poll: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "edit")
    doomed = access.find_poll(room, poll)
    if request.method == "POST":
        remove_poll(doomed)
        messages.success(request, _("Poll deleted."))
        return redirect("live_polls:room-edit", room.join_code)
    n_ballots = Ballot.objects.filter(poll=doomed).count()
    context = {"room": room, "poll": doomed, "n_ballots": n_ballots}
    return render(request, "live_polls/desk/poll_delete.html", context)


@login_required
@require_POST
def poll_move(request: HttpRequest, join_code: str, poll: str) -> HttpResponse:
    """One place up or down; the page comes back with the keyboard on the button, or on the one that is left."""
    room = access.room_for(request.user, join_code, "edit")
    moved = access.find_poll(room, poll)
    order = list(room.polls.values_list("pk", flat=True))
    step = -1 if request.POST.get("direction") == "up" else 1
    place = min(max(order.index(moved.pk) + step, 0), len(order) - 1)
    move_poll(moved, position=place)
    button = "up" if place == len(order) - 1 or (step < 0 < place) else "down"
    return redirect(f"{reverse('live_polls:room-edit', args=[room.join_code])}#{button}-{moved.code}")


@login_required
@require_POST
def poll_duplicate(request: HttpRequest, join_code: str, poll: str) -> HttpResponse:
    """Another draft like it, right behind it or, with `room`, at the end of another room that one may edit."""
    room = access.room_for(request.user, join_code, "edit")
    original = access.find_poll(room, poll)
    target = access.room_for(request.user, request.POST.get("room") or room.join_code, "edit")
    copy = duplicate_poll(original) if target == room else copy_poll(original, target)
    messages.success(request, _("Copied as a draft."))
    return redirect(f"{reverse('live_polls:room-edit', args=[target.join_code])}#poll-{copy.code}")


@login_required
@require_POST
def polls_start(request: HttpRequest, join_code: str) -> HttpResponse:
    """Add ready-made polls to a room."""
    room = access.room_for(request.user, join_code, "edit")
    added = add_starter(room, request.POST.get("starter", ""))
    messages.success(request, _("Added as drafts. Put your own words in."))
    return redirect(f"{reverse('live_polls:room-edit', args=[room.join_code])}#poll-{added[0].code}")


def _to_copy(room: Room, request: HttpRequest) -> Poll | None:
    """The poll to begin with, if one was named that is (still) there."""
    try:
        return access.find_poll(room, request.GET.get("like", ""))
    except PollNotFoundError:
        return None


def _saved(room: Room, poll: Poll | None, form: PollForm) -> bool:
    """Hand the draft to the domain; False when it refused and the form says why."""
    try:
        if poll is None:
            add_poll(room, form.draft())
        else:
            edit_poll(poll, form.draft(), same_meaning=form.says_same_meaning)
    except InvalidSettingsError as error:
        form.refuse(error)
        return False
    except MeaningUnconfirmedError as error:
        form.asks_meaning = True
        form.add_error(None, _("Nothing was saved.") + " " + gettext(error.message))
        return False
    except PollHasBallotsError as error:
        form.add_error(None, _("Nothing was saved.") + " " + gettext(error.message))
        return False
    return True


def _refusing(form: PollForm, refusals: dict[str, str]) -> PollForm:
    """The form that says which pictures were not taken."""
    form.refusals = refusals
    return form


def _poll_page(request: HttpRequest, room: Room, poll: Poll | None, form: PollForm) -> HttpResponse:
    voted = poll is not None and has_ballots(poll)
    form.pictures = picture_views(room.pk, form.digests())
    context = {"room": room, "poll": poll, "form": form, "voted": voted, "card": preview_card(room, form)}
    return render(request, "live_polls/desk/poll.html", context)
