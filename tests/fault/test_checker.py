"""The checker finds what it is there to find: each rule has a planted violation, and a good run has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.fault import rules_ballots, rules_states
from tests.fault.checker import check
from tests.fault.database import Stored, StoredBallot, StoredPoll
from tests.fault.history import (
    Acked,
    Ballot,
    Event,
    Fault,
    History,
    HostDid,
    Mine,
    Opened,
    PollState,
    Refused,
    RoundKey,
    Seen,
    Sent,
    Settled,
    Tally,
)
from tests.fault.rules_states import counts_text

ANN, BEN = "a" * 32, "b" * 32
FIRST, SECOND, THIRD = '{"option":1}', '{"option":2}', '{"option":3}'
ROUND = RoundKey("logo", 1)


class Run:
    """A run in which two people voted, one changed their mind, the host closed, and all was well."""

    def __init__(self) -> None:
        self.history = History()
        self.stored = Stored("e", 9, "key", {"logo": StoredPoll(7, "logo", "single_choice", "closed", 1, None, 3)})
        self.stored.ballots = [StoredBallot("logo", 1, ANN, 2, SECOND), StoredBallot("logo", 1, BEN, 1, FIRST)]
        self.stored.tallies = {ROUND: Counter({"n": 2, "1": 1, "2": 1})}
        note = self.history.note
        note(Opened(1.0, "ann", "ann/1", None))
        note(Opened(1.0, "ben", "ben/1", None))
        note(self.sent(2.0, ANN, 1, FIRST, line="ann/1"))
        note(self.sent(2.1, BEN, 1, FIRST, line="ben/1"))
        note(self.acked(2.2, ANN, 1, FIRST, version=4, line="ann/1"))
        note(self.sent(2.3, ANN, 2, SECOND, line="ann/1"))
        note(Fault(2.4, "kill_server", 2, kill=True))
        note(Opened(2.6, "ann", "ann/2", ("e", 4)))
        note(self.sent(2.7, ANN, 2, SECOND, line="ann/2"))
        note(self.acked(2.8, ANN, 2, SECOND, version=6, line="ann/2"))
        note(self.shown(2.9, "ann/2", version=6, n=1, counts=(0, 1, 0)))
        note(HostDid(3.0, "close", "logo", ROUND))
        note(self.sent(3.1, BEN, 2, THIRD, line="ben/1"))
        note(Refused(3.2, "ben/1", f"{BEN}/2/{THIRD}", "closed"))
        note(self.shown(3.3, "ben/1", version=9, n=2, counts=(1, 1, 0), state="closed"))
        for phone, who in (("ann", ANN), ("ben", BEN)):
            note(Settled(4.0, phone, who, 0.2, self.stored.shown()[who]))

    def sent(self, at: float, who: str, seq: int, answer: str | None, *, line: str) -> Sent:
        return Sent(at, who, line, f"{who}/{seq}/{answer}", Ballot("logo", 1, seq, answer))

    def acked(self, at: float, who: str, seq: int, answer: str, *, version: int, line: str) -> Acked:
        receipt = self.stored.receipt(StoredBallot("logo", 1, who, seq, answer))
        return Acked(at, line, f"{who}/{seq}/{answer}", receipt, seq, "e", version)

    def shown(
        self, at: float, line: str, *, version: int, n: int, counts: tuple[int, int, int], state: str = "open"
    ) -> Seen:
        text = counts_text({"counts": {str(number): n_of for number, n_of in enumerate(counts, 1)}})
        who = ANN if line.startswith("ann") else BEN
        return Seen(
            at, who, line, "e", version, polls=(PollState("logo", 1, state),), tallies=(Tally("logo", 1, n, text),)
        )

    def broken(self) -> set[str]:
        """The names of the rules that this run breaks."""
        return {violation.rule for violation in check(self.history, self.stored).violations}

    def change(self, index: int, **fields: Any) -> None:
        """Change one event; negative indices count from the end."""
        self.history.events[index] = replace(self.history.events[index], **fields)

    def insert(self, before: type[Event], event: Event) -> None:
        """Put an event before the first of a kind."""
        index = next(index for index, known in enumerate(self.history.events) if isinstance(known, before))
        self.history.events.insert(index, event)


def test_a_good_run_breaks_no_rule() -> None:
    verdict = check(Run().history, Run().stored)

    assert verdict.violations == []
    assert (verdict.acknowledged, verdict.present, verdict.doubled) == (1, 1, 0)
    assert verdict.in_flight_at_kill == [2]


def test_a_ballot_that_was_never_answered_may_be_there_or_not() -> None:
    run = Run()  # Ben's is there, unacknowledged
    run.stored.ballots.pop()
    run.stored.tallies[ROUND] = Counter({"n": 1, "2": 1})
    run.change(-3, tallies=run.shown(0, "ben/1", version=9, n=1, counts=(0, 1, 0)).tallies)
    run.change(-1, held=run.stored.shown()[""])
    run.change(-2, held=run.stored.shown()[ANN])

    assert run.broken() == set()


# What goes wrong, and the rule that must say so.
PLANTED: dict[str, Callable[[Run], object]] = {}


def breaks(rule: str) -> Callable[[Callable[[Run], object]], Callable[[Run], object]]:
    def plant(deed: Callable[[Run], object]) -> Callable[[Run], object]:
        PLANTED[f"{rule}: {deed.__name__}"] = deed
        return deed

    return plant


@breaks("acknowledged_ballots_are_present")
def lost(run: Run) -> None:
    run.stored.ballots.pop(0)


@breaks("acknowledged_ballots_are_present")
def taken_back(run: Run) -> None:
    run.stored.ballots[0] = StoredBallot("logo", 1, ANN, 1, FIRST)


@breaks("acknowledged_ballots_are_present")
def another_answer(run: Run) -> None:
    run.stored.ballots[0] = StoredBallot("logo", 1, ANN, 2, THIRD)


@breaks("nothing_is_present_that_was_not_sent")
def invented(run: Run) -> None:
    run.stored.ballots.append(StoredBallot("logo", 1, "c" * 32, 1, FIRST))


@breaks("one_participant_has_one_ballot")
def two_rows(run: Run) -> None:
    run.stored.ballots.append(StoredBallot("logo", 1, BEN, 1, FIRST))


@breaks("refused_ballots_are_absent")
def counted_though_closed(run: Run) -> None:
    run.stored.ballots[1] = StoredBallot("logo", 1, BEN, 2, THIRD)


@breaks("refused_ballots_are_absent")
def counted_though_busy(run: Run) -> None:
    run.insert(HostDid, Refused(2.9, "ben/1", f"{BEN}/1/{FIRST}", "busy"))


@breaks("receipts_hold")
def two_receipts(run: Run) -> None:
    run.insert(HostDid, replace(run.acked(2.9, ANN, 2, SECOND, version=6, line="ann/2"), receipt="0" * 24))


@breaks("receipts_hold")
def forged_receipt(run: Run) -> None:
    run.change(9, receipt="0" * 24)


@breaks("receipts_hold")
def wrong_seq(run: Run) -> None:
    run.change(9, seq=3)


@breaks("receipts_hold")
def two_answers_of_one_seq(run: Run) -> None:
    run.insert(Fault, run.sent(2.35, ANN, 2, THIRD, line="ann/1"))
    run.insert(Fault, run.acked(2.36, ANN, 2, THIRD, version=6, line="ann/1"))


@breaks("tallies_are_the_recount")
def counted_twice(run: Run) -> None:
    run.stored.tallies[ROUND]["2"] += 1


@breaks("tallies_are_the_recount")
def balanced_by_a_negative(run: Run) -> None:
    run.stored.tallies[ROUND]["3"] = -1


@breaks("nothing_lands_after_close")
def acknowledged_after_close(run: Run) -> None:
    run.insert(Settled, run.acked(3.3, BEN, 2, THIRD, version=9, line="ben/1"))


@breaks("nothing_lands_after_close")
def present_after_close(run: Run) -> None:
    run.stored.ballots[1] = StoredBallot("logo", 1, BEN, 2, THIRD)


@breaks("versions_never_fall")
def state_falls(run: Run) -> None:
    run.insert(HostDid, run.shown(2.95, "ann/2", version=5, n=1, counts=(0, 1, 0)))


@breaks("versions_never_fall")
def ack_after_newer_state(run: Run) -> None:
    run.insert(Settled, run.acked(3.5, BEN, 1, FIRST, version=8, line="ben/1"))


@breaks("versions_never_fall")
def older_after_reconnect(run: Run) -> None:
    run.change(7, since=("e", 7))


@breaks("there_is_one_epoch")
def another_epoch(run: Run) -> None:
    run.change(-3, epoch="f")


@breaks("no_version_is_ahead_of_the_database")
def rolled_back(run: Run) -> None:
    run.stored.version = 8


@breaks("one_version_has_one_count")
def two_counts(run: Run) -> None:
    run.insert(Settled, run.shown(3.4, "ann/2", version=9, n=2, counts=(2, 0, 0)))


@breaks("one_version_has_one_count")
def two_totals(run: Run) -> None:
    run.insert(Settled, replace(run.shown(3.4, "ann/2", version=9, n=1, counts=(1, 0, 0))))


@breaks("counts_add_up")
def does_not_add_up(run: Run) -> None:
    run.change(10, tallies=run.shown(0, "ann/2", version=6, n=1, counts=(1, 1, 0)).tallies)


@breaks("states_include_what_was_acknowledged")
def forgets_the_acknowledged(run: Run) -> None:
    run.change(10, tallies=run.shown(0, "ann/2", version=6, n=0, counts=(0, 0, 0)).tallies)


@breaks("own_states_include_what_was_acknowledged")
def own_ballot_is_older(run: Run) -> None:
    run.change(10, mine=(Mine("logo", 1, 1, FIRST, "r"),))


@breaks("own_states_include_what_was_acknowledged")
def own_ballot_is_missing(run: Run) -> None:
    run.change(10, whole=True)


@breaks("own_states_were_sent")
def own_ballot_is_invented(run: Run) -> None:
    run.change(10, mine=(Mine("logo", 1, 5, THIRD, "r"),))


@breaks("nobody_is_counted_before_voting")
def counted_too_early(run: Run) -> None:
    run.change(10, at=2.05, tallies=run.shown(0, "ann/2", version=6, n=2, counts=(1, 1, 0)).tallies)


@breaks("closed_tallies_stand")
def moves_after_close(run: Run) -> None:
    run.insert(Settled, run.shown(3.35, "ann/2", version=9, n=1, counts=(1, 0, 0), state="closed"))


@breaks("everybody_converged")
def shows_something_else(run: Run) -> None:
    run.change(-1, held="{}")


@breaks("everybody_converged")
def shows_the_ballot_of_somebody_else(run: Run) -> None:
    run.change(-1, held=run.stored.shown()[ANN])


@breaks("everybody_converged")
def converged_too_late(run: Run) -> None:
    run.change(-1, seconds=3.1)


@breaks("everybody_converged")
def nobody_stayed(run: Run) -> None:
    run.history.events = [event for event in run.history.events if not isinstance(event, Settled)]


@breaks("everybody_was_answered")
def never_answered(run: Run) -> None:
    run.change(-1, n_unanswered=1)


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_violation_is_found(planted: str) -> None:
    run = Run()
    PLANTED[planted](run)

    assert planted.partition(":")[0] in run.broken()


def test_every_rule_has_a_planted_violation() -> None:
    rules = {rule.__name__ for rule in (*rules_ballots.RULES, *rules_states.RULES)}

    assert {name.partition(":")[0] for name in PLANTED} == rules


def test_what_is_doubled_is_counted() -> None:
    run = Run()
    two_rows(run)
    run.stored.tallies[ROUND]["n"] = 5

    assert check(run.history, run.stored).doubled == 1 + 2
