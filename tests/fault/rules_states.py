"""What must be true of states: everything that any client was ever shown."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from tests.fault.database import Stored
from tests.fault.history import (
    Acked,
    Event,
    History,
    Opened,
    RoundKey,
    Seen,
    Settled,
    Tally,
    canonical,
)
from tests.fault.recount import public_tally
from tests.fault.rules_ballots import BallotFacts, Key

CONVERGE_WITHIN_S = 2.0  # as promised, without anything on top for a busy machine


class StateFacts:
    """The states of a history, put in order once for all rules."""

    def __init__(self, history: History, stored: Stored) -> None:
        self.history = history
        self.stored = stored
        self.ballots = BallotFacts(history, stored)
        self.seen = list(history.of(Seen))
        self.tallies = [(seen, tally) for seen in self.seen for tally in seen.tallies]

    @cached_property
    def acks_by_key(self) -> dict[Key, tuple[list[int], list[int]]]:
        """For each ballot: versions of its acks, ascending, and the newest `seq` acknowledged up to each."""
        pairs: dict[Key, list[tuple[int, int]]] = defaultdict(list)
        for content, ack in self.ballots.acks:
            pairs[content.key].append((ack.version, ack.seq))
        acks = {}
        for key, versions in pairs.items():
            versions.sort()
            acks[key] = ([version for version, _ in versions], list(accumulate((seq for _, seq in versions), max)))
        return acks

    @cached_property
    def surely_counted(self) -> dict[RoundKey, list[int]]:
        """For each round: from which versions on participants are counted for sure; those who withdrew are not."""
        withdrew = {content.key for content in self.ballots.sent if content.ballot.answer is None}
        versions: dict[RoundKey, list[int]] = defaultdict(list)
        for key, (acked, _) in self.acks_by_key.items():
            if key not in withdrew:
                versions[key.of].append(acked[0])
        return {of: sorted(firsts) for of, firsts in versions.items()}

    @cached_property
    def first_casts(self) -> dict[RoundKey, list[float]]:
        """For each round: when each participant first sent an answer."""
        first: dict[Key, float] = {}
        for content, at in self.ballots.sent.items():
            if content.ballot.answer is not None:
                first[content.key] = min(at, first.get(content.key, at))
        times: dict[RoundKey, list[float]] = defaultdict(list)
        for key, at in first.items():
            times[key.of].append(at)
        return {of: sorted(ats) for of, ats in times.items()}


def versions_never_fall(facts: StateFacts) -> Iterator[str]:
    """Neither on a connection nor from one connection of a phone to its next."""
    newest: dict[str, int] = {}
    for event in facts.history.events:
        if isinstance(event, Opened):
            newest[event.line] = event.since[1] if event.since else 0
        elif isinstance(event, Seen | Acked):
            if event.version < newest.get(event.line, 0):
                yield f"{_short(event)} came after version {newest[event.line]}"
            newest[event.line] = max(event.version, newest.get(event.line, 0))


def there_is_one_epoch(facts: StateFacts) -> Iterator[str]:
    for event in facts.history.events:
        if isinstance(event, Seen | Acked) and event.epoch != facts.stored.epoch:
            yield f"{_short(event)} is of another epoch than {facts.stored.epoch}"


def no_version_is_ahead_of_the_database(facts: StateFacts) -> Iterator[str]:
    for event in facts.history.events:
        if isinstance(event, Seen | Acked) and event.version > facts.stored.version:
            yield f"{_short(event)} is ahead of the database, which stands at {facts.stored.version}"


def one_version_has_one_count(facts: StateFacts) -> Iterator[str]:
    known: dict[tuple[int, str, int], Tally] = {}
    with_counts: dict[tuple[int, str, int], Tally] = {}
    for seen, tally in facts.tallies:
        where = (seen.version, tally.poll, tally.round)
        if known.setdefault(where, tally).n_ballots != tally.n_ballots:
            yield f"version {seen.version} has {known[where]} and {tally}"
        if tally.counts is not None and with_counts.setdefault(where, tally).counts != tally.counts:
            yield f"version {seen.version} has {with_counts[where]} and {tally}"


def counts_add_up(facts: StateFacts) -> Iterator[str]:
    """Where each ballot has one choice, the options together have as many as there are ballots."""
    for tally in {tally for _, tally in facts.tallies}:
        if tally.counts is not None and facts.stored.polls[tally.poll].kind == "single_choice":
            counts = json.loads(tally.counts)["counts"]
            if sum(counts.values()) != tally.n_ballots:
                yield f"{tally} does not add up"


def states_include_what_was_acknowledged(facts: StateFacts) -> Iterator[str]:
    """A state of version v counts everybody who was acknowledged at v or before."""
    for version, tally in {(seen.version, tally) for seen, tally in facts.tallies}:
        least = bisect_right(facts.surely_counted.get(RoundKey(tally.poll, tally.round), []), version)
        if tally.n_ballots < least:
            yield f"version {version} shows {tally}, but {least} ballots were acknowledged by then"


def own_states_include_what_was_acknowledged(facts: StateFacts) -> Iterator[str]:
    """What a participant is shown of their own is not older than what they were acknowledged."""
    for seen in facts.seen:
        shown = {RoundKey(mine.poll, mine.round): mine.seq for mine in seen.mine}
        if seen.whole:
            for poll in seen.polls:
                shown.setdefault(RoundKey(poll.poll, poll.round), 0)
        for of, seq in shown.items():
            versions, seqs = facts.acks_by_key.get(Key(seen.participant, of), ([], []))
            n_before = bisect_right(versions, seen.version)
            if n_before and seq < seqs[n_before - 1]:
                yield f"{_short(seen)} shows seq {seq} of {of}, but {seqs[n_before - 1]} was acknowledged by then"


def own_states_were_sent(facts: StateFacts) -> Iterator[str]:
    sent = {(content.participant, *content.ballot) for content in facts.ballots.sent}
    for seen in facts.seen:
        for mine in seen.mine:
            if (seen.participant, *mine[:4]) not in sent:
                yield f"{_short(seen)} shows {mine}, which was not sent"


def nobody_is_counted_before_voting(facts: StateFacts) -> Iterator[str]:
    for seen, tally in facts.tallies:
        most = bisect_right(facts.first_casts.get(RoundKey(tally.poll, tally.round), []), seen.at)
        if tally.n_ballots > most:
            yield f"{_short(seen)} shows {tally}, but only {most} had sent one by then"


def closed_tallies_stand(facts: StateFacts) -> Iterator[str]:
    """From the version at which anybody saw a round closed, its tally is what the database holds in the end."""
    closed_at: dict[RoundKey, int] = {}
    for seen in facts.seen:
        for poll in seen.polls:
            if poll.state == "closed":
                of = RoundKey(poll.poll, poll.round)
                closed_at[of] = min(seen.version, closed_at.get(of, seen.version))
    final = {of: _final(facts.stored, of) for of in closed_at}
    for version, tally in {(seen.version, tally) for seen, tally in facts.tallies}:
        of = RoundKey(tally.poll, tally.round)
        if of in closed_at and version >= closed_at[of]:
            n_ballots, counts = final[of]
            if tally.n_ballots != n_ballots or tally.counts not in {None, counts}:
                yield f"{of} was closed by version {closed_at[of]}, and version {version} shows {tally}"


def everybody_converged(facts: StateFacts) -> Iterator[str]:
    """Each phone that stayed shows what the database holds, its own ballots too, soon after everything was healed."""
    shown = facts.stored.shown()
    settled = list(facts.history.of(Settled))
    if not settled:
        yield "no phone stayed to the end"
    for phone in settled:
        wanted = shown.get(phone.participant, shown[""])
        if phone.held != wanted:
            yield f"{phone.phone} holds {phone.held}, the database {wanted}"
        if phone.seconds > CONVERGE_WITHIN_S:
            yield f"{phone.phone} needed {phone.seconds:.1f} s"


def everybody_was_answered(facts: StateFacts) -> Iterator[str]:
    """Whoever stayed got an answer to everything they sent."""
    for phone in facts.history.of(Settled):
        if phone.n_unanswered:
            yield f"{phone.phone} still waits for {phone.n_unanswered} answers"


def _final(stored: Stored, of: RoundKey) -> tuple[int, str]:
    poll = stored.polls[of.poll]
    tally = public_tally(poll.kind, stored.tallies.get(of, {}), poll.n_options)
    return tally["n_ballots"], counts_text(tally)


def counts_text(tally: dict[str, object]) -> str:
    """The counts of a public tally as one text."""
    return canonical({name: value for name, value in tally.items() if name != "n_ballots"})


def _short(event: Event) -> str:
    if isinstance(event, Acked):
        return f"{event.line}: the ack of {event.id} at version {event.version}"
    return f"{event.line}: a state of version {event.version}" if isinstance(event, Seen) else repr(event)


RULES = (
    versions_never_fall,
    there_is_one_epoch,
    no_version_is_ahead_of_the_database,
    one_version_has_one_count,
    counts_add_up,
    states_include_what_was_acknowledged,
    own_states_include_what_was_acknowledged,
    own_states_were_sent,
    nobody_is_counted_before_voting,
    closed_tallies_stand,
    everybody_converged,
    everybody_was_answered,
)
