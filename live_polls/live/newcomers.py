"""New participants: the one place that makes tokens for people who walk in, so that no door can forget the limit.

Accounts have a token of their own (entering.py), the same on every device: signing in makes nobody new.
"""

from __future__ import annotations

from live_polls.domain.participants import new_token
from live_polls.domain.room_view import RoomView
from live_polls.live.addresses import get_addresses
from live_polls.live.identity import participant_of
from live_polls.live.patterns import get_patterns


def let_in(view: RoomView, address: str) -> str:
    """A token for one more participant; RateLimitedError where this address has had too many."""
    get_addresses().take_token(address)
    token = new_token(view.id)
    participant = participant_of(token, view)
    if participant is not None:
        get_addresses().came(address, participant.voice_key)
        get_patterns().note(participant, address)
    return token
