"""Each rule of questions has a planted violation, and a good run has none."""

from __future__ import annotations

import pytest

from tests.fault.database import Stored
from tests.fault.history import Asked, History, Taken
from tests.fault.rules_questions import RULES

# Anne heard that hers is taken, Ben never heard anything.
HISTORY = History([Asked(1.0, "Why?"), Asked(1.1, "When?"), Taken(1.2, "Why?", "A")])


def broken(questions: list[tuple[str, str]]) -> set[str]:
    stored = Stored("e", 9, "key", questions=questions)
    return {rule.__name__ for rule in RULES for _ in rule(HISTORY, stored)}


@pytest.mark.parametrize("questions", [[("A", "Why?")], [("A", "Why?"), ("B", "When?")]])
def test_what_was_never_answered_may_be_there_or_not(questions: list[tuple[str, str]]) -> None:
    assert broken(questions) == set()


def test_a_planted_violation_is_found() -> None:
    assert broken([]) == {"acknowledged_questions_are_present"}
    assert broken([("B", "Why?")]) == {"acknowledged_questions_are_present"}
    assert broken([("A", "Why?"), ("B", "Why?")]) == {"a_question_is_there_once"}
    assert broken([("A", "Why?"), ("B", "Who?")]) == {"nothing_is_there_that_nobody_asked"}
