"""Whom a ballot is taken from: the rule of the room when the round was opened, and those whom moderators have barred.

Decided in the ballot transaction, under the locks of its polls, by at most one statement for each rule and batch, and by
none in a room that is open to all and has nobody barred.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from live_polls.domain.ballot_rows import PollRow
from live_polls.domain.exclusions import read_barred
from live_polls.enums import Entry
from live_polls.errors import ExcludedError, MutedError, NotAdmittedError, NotSignedInError, PollError
from live_polls.models import Invitation

_INVITED = Entry.INVITED.value
_SIGNED_IN = Entry.SIGNED_IN.value


class Voter(NamedTuple):
    """Who casts: a voice, and whether an account stands behind it."""

    voice: str
    by_account: bool


class Door:
    """Who comes in, for the casts of one batch."""

    def __init__(self, polls: Iterable[PollRow], voices: set[str]) -> None:
        polls = list(polls)
        invited = {poll.room_id for poll in polls if poll.entry == _INVITED}
        guarded = {poll.room_id for poll in polls if poll.has_barred}
        self.is_open = not guarded and all(poll.entry == Entry.OPEN.value for poll in polls)
        self._invited = read_invited(invited, voices) if invited else set()
        self._barred = read_barred(guarded, voices) if guarded else {}

    def refusal(self, voter: Voter, poll: PollRow, *, writes: bool) -> PollError | None:
        """Why nothing is taken from this voter, or None. `writes`: the answer carries words of their own."""
        if self.is_open:
            return None
        key = (poll.room_id, voter.voice)
        only_muted = self._barred.get(key)
        if only_muted is False:
            return ExcludedError()
        if only_muted and writes:
            return MutedError()
        if poll.entry == _INVITED and key not in self._invited:
            return NotAdmittedError()
        if poll.entry == _SIGNED_IN and not voter.by_account:
            return NotSignedInError()
        return None


def read_invited(room_ids: Iterable[int], voices: Iterable[str]) -> set[tuple[int, str]]:
    """Those (room id, voice) of these that have used an invitation."""
    used = Invitation.objects.filter(room_id__in=list(room_ids), voice__in=list(voices))
    return {(room_id, str(voice)) for room_id, voice in used.values_list("room_id", "voice")}
