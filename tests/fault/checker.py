"""The verdict on a run: every rule over the whole history and the database. Imports nothing of live_polls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tests.fault import rules_ballots, rules_questions, rules_states
from tests.fault.database import Stored
from tests.fault.history import Fault, History, RoundKey

MOST_A_RULE = 5


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`acknowledged` ballots (one a participant, poll and round), how many of them are `present`, and what is wrong."""

    acknowledged: int
    present: int
    doubled: int
    in_flight_at_kill: list[int]
    violations: list[Violation]


def check(history: History, stored: Stored) -> Verdict:
    """Apply every rule."""
    states = rules_states.StateFacts(history, stored)
    facts = states.ballots
    lost = {key for key in facts.newest_acked if key not in facts.rows}
    return Verdict(
        acknowledged=len(facts.newest_acked),
        present=len(facts.newest_acked) - len(lost),
        doubled=_n_doubled(facts),
        in_flight_at_kill=[fault.in_flight for fault in history.of(Fault) if fault.kill],
        violations=[*_violations(facts, states)],
    )


def _violations(facts: rules_ballots.BallotFacts, states: rules_states.StateFacts) -> Iterator[Violation]:
    for ballot_rule in rules_ballots.RULES:
        for text in islice(ballot_rule(facts), MOST_A_RULE):
            yield Violation(ballot_rule.__name__, text)
    for state_rule in rules_states.RULES:
        for text in islice(state_rule(states), MOST_A_RULE):
            yield Violation(state_rule.__name__, text)
    for question_rule in rules_questions.RULES:
        for text in islice(question_rule(facts.history, facts.stored), MOST_A_RULE):
            yield Violation(question_rule.__name__, text)


def _n_doubled(facts: rules_ballots.BallotFacts) -> int:
    """Rows that a participant has too many, and ballots that the tallies have too many."""
    rows = sum(len(rows) - 1 for rows in facts.rows.values())
    in_force = Counter(RoundKey(row.poll, row.round) for row in facts.stored.ballots if row.answer is not None)
    counted = sum(max(0, tally["n"] - in_force[of]) for of, tally in facts.stored.tallies.items())
    return rows + counted
