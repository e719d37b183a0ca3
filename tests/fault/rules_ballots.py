"""What must be true of ballots: what was answered to whoever sent them, and what is in the database afterwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from tests.fault.database import Stored, StoredBallot, answer_text
from tests.fault.history import Acked, Ballot, History, HostDid, Refused, RoundKey, Sent
from tests.fault.recount import count

# Once said, these hold for ever: a round that is over stays over, and a `seq` that was overtaken stays behind.
FOR_GOOD = {"closed", "stale", "not_found", "invalid_answer"}


class Key(NamedTuple):
    """Where one participant has one ballot."""

    participant: str
    of: RoundKey


class Content(NamedTuple):
    """One ballot as it may be sent many times: the same again is the same ballot."""

    participant: str
    ballot: Ballot

    @property
    def key(self) -> Key:
        return Key(self.participant, self.ballot.of)


class BallotFacts:
    """The ballots of a history, put in order once for all rules."""

    def __init__(self, history: History, stored: Stored) -> None:
        self.history = history
        self.stored = stored
        self.sends = list(history.of(Sent))
        self._content = {(sent.line, sent.id): Content(sent.participant, sent.ballot) for sent in self.sends}
        self.acks = [(self._content[ack.line, ack.id], ack) for ack in history.of(Acked)]
        refusals = [event for event in history.of(Refused) if (event.line, event.id) in self._content]
        self.refusals = [(self._content[event.line, event.id], event) for event in refusals]

    @cached_property
    def sent(self) -> dict[Content, float]:
        """Everything that was ever sent, and when first."""
        first: dict[Content, float] = {}
        for sent in self.sends:
            first.setdefault(Content(sent.participant, sent.ballot), sent.at)
        return first

    @cached_property
    def acked(self) -> set[Content]:
        return {content for content, _ in self.acks}

    @cached_property
    def newest_acked(self) -> dict[Key, Content]:
        newest: dict[Key, Content] = {}
        for content in self.acked:
            before = newest.get(content.key)
            if before is None or content.ballot.seq > before.ballot.seq:
                newest[content.key] = content
        return newest

    @cached_property
    def rows(self) -> dict[Key, list[StoredBallot]]:
        rows: dict[Key, list[StoredBallot]] = defaultdict(list)
        for row in self.stored.ballots:
            rows[Key(row.participant, RoundKey(row.poll, row.round))].append(row)
        return rows

    @cached_property
    def present(self) -> set[Content]:
        return {content_of(row) for row in self.stored.ballots}

    @cached_property
    def impossible(self) -> dict[Content, str]:
        """Never acknowledged, and refused so that it can never be counted; or refused each time it was sent.

        `internal` is no such refusal: it says that nobody knows.
        """
        n_sent = Counter(Content(sent.participant, sent.ballot) for sent in self.sends)
        n_refused = Counter(content for content, refused in self.refusals if refused.code != "internal")
        said: dict[Content, str] = {}
        for content, refused in self.refusals:
            if content not in self.acked and (refused.code in FOR_GOOD or n_refused[content] >= n_sent[content]):
                said[content] = refused.code
        return said


def content_of(row: StoredBallot) -> Content:
    return Content(row.participant, Ballot(row.poll, row.round, row.seq, answer_text(row.answer)))


def acknowledged_ballots_are_present(facts: BallotFacts) -> Iterator[str]:
    """With the newest acknowledged `seq`, or a later one that was sent and not refused."""
    for key, acked in facts.newest_acked.items():
        rows = facts.rows.get(key, [])
        if not rows:
            yield f"{acked} was acknowledged and is not there"
        for row in rows:
            content = content_of(row)
            if row.seq < acked.ballot.seq or (row.seq == acked.ballot.seq and content != acked):
                yield f"{acked} was acknowledged, but {content} is in force"


def nothing_is_present_that_was_not_sent(facts: BallotFacts) -> Iterator[str]:
    for content in facts.present - facts.sent.keys():
        yield f"{content} is there, and nobody sent it"


def one_participant_has_one_ballot(facts: BallotFacts) -> Iterator[str]:
    for key, rows in facts.rows.items():
        if len(rows) > 1:
            yield f"{key} has {len(rows)} ballots"


def refused_ballots_are_absent(facts: BallotFacts) -> Iterator[str]:
    for content in facts.present & facts.impossible.keys():
        yield f"{content} was answered {facts.impossible[content]} and is there"


def receipts_hold(facts: BallotFacts) -> Iterator[str]:
    """One ballot has one receipt, by the documented formula; one `seq` has one acknowledged ballot."""
    receipts: dict[Content, str] = {}
    answers: dict[tuple[Key, int], Content] = {}
    for content, ack in facts.acks:
        if ack.seq != content.ballot.seq:
            yield f"{content} was acknowledged as seq {ack.seq}"
        if receipts.setdefault(content, ack.receipt) != ack.receipt:
            yield f"{content} has two receipts"
        first = answers.setdefault((content.key, ack.seq), content)
        if first != content:
            yield f"{first} and {content} were both acknowledged"
    for row in facts.stored.ballots:
        content = content_of(row)
        if receipts.get(content, facts.stored.receipt(row)) != facts.stored.receipt(row):
            yield f"{content} was given a receipt that is not its own"


def tallies_are_the_recount(facts: BallotFacts) -> Iterator[str]:
    answers: dict[RoundKey, list[str]] = defaultdict(list)
    for row in facts.stored.ballots:
        if row.answer is not None:
            answers[RoundKey(row.poll, row.round)].append(row.answer)
    for key in answers.keys() | facts.stored.tallies.keys():
        poll = facts.stored.polls[key.poll]
        counted = count(poll.kind, answers[key], poll.n_options)
        stored = +facts.stored.tallies.get(key, Counter())
        if counted != stored or any(n < 0 for n in facts.stored.tallies.get(key, {}).values()):
            yield f"{key}: counted {dict(counted)}, stored {dict(facts.stored.tallies.get(key, {}))}"


def nothing_lands_after_close(facts: BallotFacts) -> Iterator[str]:
    """Whoever first sends a ballot after the host was told that the round is over cannot have it counted."""
    over: dict[RoundKey, float] = {}
    for deed in facts.history.of(HostDid):
        if deed.ended is not None:
            over.setdefault(deed.ended, deed.at)
    for content, at in facts.sent.items():
        if at > over.get(content.ballot.of, at):
            if content in facts.acked:
                yield f"{content} was first sent after the close and acknowledged"
            if content in facts.present:
                yield f"{content} was first sent after the close and is there"


RULES = (
    acknowledged_ballots_are_present,
    nothing_is_present_that_was_not_sent,
    one_participant_has_one_ballot,
    refused_ballots_are_absent,
    receipts_hold,
    tallies_are_the_recount,
    nothing_lands_after_close,
)
