"""The desk: who may vote in a room, who comes in, and the cards of one-time invitations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from live_polls.domain import access, invitations
from live_polls.domain.entry import (
    LONGEST_PASSCODE,
    SHORTEST_PASSCODE,
    lock_room,
    set_entry,
    set_passcode,
    unlock_room,
)
from live_polls.domain.invitations import MOST_INVITATIONS, Card
from live_polls.enums import Entry
from live_polls.errors import BadMessageError
from live_polls.models import Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.forms import DeskForm, LineField

# Where the long page of cards is cut to put them in, one by one.
_HOLE = "<!-- cards -->"


class EntryForm(DeskForm):
    entry = forms.ChoiceField(
        label=_("Who may vote"),
        choices=Entry.choices,
        widget=forms.RadioSelect,
        help_text=_("Holds for rounds that open from now on, and stands beside their results."),
    )
    passcode = LineField(
        label=_("Passcode"),
        required=False,
        min_length=SHORTEST_PASSCODE,
        max_length=LONGEST_PASSCODE,
        help_text=_("New people are asked for it once. Empty: the link is enough."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
    )


class InviteForm(DeskForm):
    n = forms.IntegerField(
        label=_("How many cards"),
        min_value=1,
        max_value=MOST_INVITATIONS,
        initial=30,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def room_entry(request: HttpRequest, join_code: str) -> HttpResponse:
    """Who may vote, the passcode, the lock, and how many invitations are out."""
    room = access.room_for(request.user, join_code, "manage_entry")
    form = EntryForm(request.POST or None, initial={"entry": room.entry, "passcode": room.passcode})
    if request.method == "POST" and form.is_valid():
        set_entry(room, form.cleaned_data["entry"])
        set_passcode(room, form.cleaned_data["passcode"])
        messages.success(request, gettext("Saved."))
        return redirect("live_polls:room-entry", room.join_code)
    return _entry_page(request, room, form, InviteForm())


@login_required
@require_POST
def room_lock(request: HttpRequest, join_code: str) -> HttpResponse:
    """Lock the room, or unlock it, as the button says; repeatable."""
    room = access.room_for(request.user, join_code, "lock")
    deeds: dict[str, Callable[[Room], object]] = {"lock": lock_room, "unlock": unlock_room}
    deed = deeds.get(request.POST.get("verb", ""))
    if deed is None:
        raise BadMessageError("There is no such verb.")
    deed(room)
    return redirect("live_polls:room-entry", room.join_code)


@never_cache
@login_required
@require_POST
def invitations_new(request: HttpRequest, join_code: str) -> HttpResponseBase:
    """Make cards and show them: once, since only hashes are kept."""
    room = access.room_for(request.user, join_code, "manage_entry")
    form = InviteForm(request.POST)
    if form.is_valid():
        room_for_more = MOST_INVITATIONS - invitations.standing(room).n
        if form.cleaned_data["n"] <= room_for_more:
            return _cards_page(request, room, invitations.make_invitations(room, form.cleaned_data["n"]))
        form.add_error("n", gettext("A room has at most %(most)s invitations.") % {"most": MOST_INVITATIONS})
    entry_form = EntryForm(initial={"entry": room.entry, "passcode": room.passcode})
    return _entry_page(request, room, entry_form, form)


@never_cache
@login_required
@require_POST
def invitation_change(request: HttpRequest, join_code: str) -> HttpResponseBase:
    """Make the card of a number anew, or worthless."""
    room = access.room_for(request.user, join_code, "manage_entry")
    typed = request.POST.get("number", "").strip()
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0
    if number not in invitations.unused_numbers(room):
        messages.error(request, gettext("No unused card has this number. A card that was used stays as it is."))
        return redirect("live_polls:room-entry", room.join_code)
    if request.POST.get("verb") == "reissue":
        return _cards_page(request, room, [invitations.reissue(room, number)])
    invitations.revoke(room, number)
    messages.success(request, gettext("Card %(number)s is worthless now.") % {"number": number})
    return redirect("live_polls:room-entry", room.join_code)


def _entry_page(request: HttpRequest, room: Room, form: EntryForm, invite: InviteForm) -> HttpResponse:
    context = {"room": room, "form": form, "invite": invite, "standing": invitations.standing(room)}
    return render(request, "live_polls/desk/entry.html", context)


def _cards_page(request: HttpRequest, room: Room, cards: list[Card]) -> StreamingHttpResponse:
    """Sent as it is made: thousands of QR codes take seconds."""
    address = f"{settings.PUBLIC_URL}{reverse('live_polls:audience', args=[room.join_code])}"
    context = {"room": room, "n": len(cards), "hole": mark_safe(_HOLE), "host": urlsplit(address).netloc}  # noqa: S308 -- ours
    page = render_to_string("live_polls/desk/cards.html", context, request)
    return StreamingHttpResponse(_with_cards(page, room, address, cards))


def _with_cards(page: str, room: Room, address: str, cards: Iterable[Card]) -> Iterator[str]:
    before, after = page.split(_HOLE)
    yield before
    for card in cards:
        code = invitations.pretty(card.code)
        # A fixed mask: trying all eight is what takes most of the time, and scanners read each of them.
        qr = segno.make_qr(f"{address}?i={card.code}", error="m", mask=4)
        context = {
            "room": room,
            "number": card.number,
            "code": code,
            "host": urlsplit(address).netloc,
            # Written by segno from an address of ours: modules as numbers, no text of anybody.
            "qr": mark_safe(qr.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)),  # noqa: S308
        }
        yield render_to_string("live_polls/desk/_card.html", context)
    yield after
