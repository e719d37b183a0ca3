"""The audience page as text: the one place that renders it, for cached and for personal answers alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from live_polls.domain.room_view import MyBallot, RoomView
from live_polls.enums import RoomState
from live_polls.templatetags.import_map import import_map_hash
from live_polls.views.audience_words import lobby_words, script_words
from live_polls.views.entrance import Entrance
from live_polls.views.player_card import player_card
from live_polls.views.poll_cards import Card, audience_cards, skeletons, with_typed
from live_polls.views.question_cards import AskingCard, QuestionCard, asking_card

_NONCE = "<CSP_NONCE_SENTINEL>"


def render_room_page(
    room: RoomView,
    mine: Sequence[MyBallot] = (),
    *,
    voice: str = "",
    refusals: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    notice: str = "",
    told: str = "",
    name_refusal: str = "",
    entrance: Entrance | None = None,
    asking: AskingCard | None = None,
) -> str:
    """The page for a participant with these ballots; `refusals` are sentences a poll, `notice` is for the page.

    `typed` is what the refused form said.
    """
    refused = refusals or {}
    cards = [replace(card, refusal=refused.get(card.code, "")) for card in audience_cards(room, mine, voice=voice)]
    cards = [with_typed(card, typed or {}) if card.refusal else card for card in cards]
    me = player_card(room, voice, refusal=name_refusal)
    return render_to_string(
        "live_polls/audience/room.html",
        _context(room, cards)
        | {"notice": notice, "told": told, "me": me, "entrance": entrance, "asking": asking or asking_card(room)},
    )


def room_page_policy() -> str:
    """The page's Content-Security-Policy: the project's, with the import map allowed by hash, not by nonce.

    The page is the same bytes for everyone without a ballot, and a nonce must be new each time.
    """
    policy: Mapping[str, Sequence[str]] = settings.SECURE_CSP
    directives = (
        " ".join([name, *(import_map_hash() if source == _NONCE else source for source in sources)])
        for name, sources in policy.items()
    )
    return "; ".join(directives)


def moulds() -> str:
    """What scripts need besides: a mould a kind, and words. The same for every room; made once a language."""
    return _made_moulds(get_language() or "") if not settings.DEBUG else _make_moulds()


def _make_moulds(language: str = "") -> str:
    context = {"skeletons": skeletons(), "room_words": script_words(), "question_mould": QuestionCard()}
    return render_to_string("live_polls/audience/moulds.html", context)


_made_moulds = lru_cache(_make_moulds)


def _context(room: RoomView, cards: Sequence[Card]) -> dict[str, Any]:
    scene = "ended" if room.state == RoomState.ENDED.value else "between" if cards else "before"
    return {
        "room": room,
        "address": reverse("live_polls:audience", args=[room.join_code]),
        "cards": cards,
        "n_asking": sum(card.asks for card in cards),
        "scene": scene,
        "lobby": lobby_words()[scene],
        "moulds": moulds(),
    }
