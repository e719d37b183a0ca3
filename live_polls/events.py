"""Facts announced after commit; the one outward door of the domain.

A fact carries ids and a version, never state: whoever hears it reads for itself. Subscribers are called in the
thread that committed, so they must return at once and must not raise. In a management command nobody listens,
and the version poll of the serving processes finds the change within a second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Something that screens of the room may show has changed; `version` includes it.

    `voters` are the keys under which ballots or extra time changed (ballot keys; voice keys where a poll is voiced, and of
    extra time): the screens of these participants are told what is in force. `polls` are the ids of those in which alone
    it changed, where that is known: a read that looks into all polls of a room costs as much more as there are.
    """

    room_id: int
    version: int
    voters: tuple[str, ...] = ()
    polls: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class RightsChanged:
    """Somebody may have lost a right: whoever lets people stay by a right looks again at all of them."""


Fact = RoomChanged | RightsChanged
Subscriber = Callable[[Any], None]  # Any: of either fact, and most tests care for one
_subscribers: list[Subscriber] = []


def subscribe(subscriber: Subscriber) -> None:
    """Call `subscriber` with each fact from now on. May be repeated; one call a fact."""
    if subscriber not in _subscribers:
        _subscribers.append(subscriber)


def unsubscribe(subscriber: Subscriber) -> None:
    """Stop calling `subscriber`. May be repeated."""
    if subscriber in _subscribers:
        _subscribers.remove(subscriber)


def announce(fact: Fact) -> None:
    """Tell every subscriber. Call only after commit: a fact that was rolled back must never leave."""
    for subscriber in tuple(_subscribers):
        try:
            subscriber(fact)
        except Exception:
            logger.exception("A subscriber failed on %s", fact)
