"""The ballots of one phone: which are on their way, and what is known to be in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.fault.history import Ballot, Mine, RoundKey, now

RESEND_AFTER_S = 1.0  # and twice as long each further time
GIVE_UP_AFTER = 3
SETTLES = {"closed", "stale", "not_found", "invalid_answer", "bad_message", "not_allowed"}


@dataclass(slots=True)
class OnTheWay:
    """Sent at least once and not answered, or answered with “later”: then `answered` until it is sent again."""

    due: float
    answered: bool = False
    n_sent: int = 1


@dataclass(slots=True)
class BallotsSent:
    pending: dict[Ballot, OnTheWay] = field(default_factory=dict)
    last: Ballot | None = None
    _by_id: dict[str, Ballot] = field(default_factory=dict)
    _in_force: dict[RoundKey, int] = field(default_factory=dict)

    @property
    def in_flight(self) -> int:
        """How many ballots nobody knows the fate of."""
        return sum(not way.answered for way in self.pending.values())

    def next_seq(self, of: RoundKey) -> int:
        """A `seq` above everything this phone has used or heard of."""
        used = max((ballot.seq for ballot in self.pending if ballot.of == of), default=0)
        return max(used, self._in_force.get(of, 0)) + 1

    def note_sent(self, message_id: str, ballot: Ballot) -> None:
        self._by_id[message_id] = self.last = ballot
        before = self.pending.get(ballot)
        n_sent = 1 if before is None else before.n_sent + 1
        self.pending[ballot] = OnTheWay(now() + RESEND_AFTER_S * 2 ** min(n_sent - 1, 3), n_sent=n_sent)

    def note_ack(self, message_id: str, seq: int) -> None:
        ballot = self._by_id[message_id]
        self.pending.pop(ballot, None)
        self._learn(ballot.of, seq)

    def note_error(self, error: dict[str, Any]) -> None:
        """A refusal: of a ballot for good, or for now."""
        ballot = self._by_id.get(error.get("id") or "")
        if ballot is None:
            return
        if error["code"] in SETTLES:
            self.pending.pop(ballot, None)
            self._learn(ballot.of, error.get("seq", 0))
        elif ballot in self.pending:
            way = self.pending[ballot]
            way.answered, way.due = True, now() + error.get("retry_ms", 500) / 1000

    def note_mine(self, mine: Iterable[Mine]) -> None:
        for ballot in mine:
            self._learn(RoundKey(ballot.poll, ballot.round), ballot.seq)

    def due(self) -> list[Ballot]:
        """What should be sent again now."""
        return [ballot for ballot, way in self.pending.items() if way.due <= now()]

    @property
    def patience_is_gone(self) -> bool:
        """Whether something was sent again and again: the connection is not worth keeping."""
        return any(
            way.n_sent % GIVE_UP_AFTER == 0 and not way.answered and way.due <= now() for way in self.pending.values()
        )

    def _learn(self, of: RoundKey, seq: int) -> None:
        self._in_force[of] = max(seq, self._in_force.get(of, 0))
