"""What must be true of questions: asked as often as it takes, and there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.fault.database import Stored
from tests.fault.history import Asked, History, Taken


def acknowledged_questions_are_present(history: History, stored: Stored) -> Iterator[str]:
    for taken in history.of(Taken):
        if (taken.code, taken.text) not in stored.questions:
            yield f"{taken} is not there"


def a_question_is_there_once(history: History, stored: Stored) -> Iterator[str]:
    for text, n in Counter(text for _, text in stored.questions).items():
        if n > 1:
            yield f"{text!r} is there {n} times"


def nothing_is_there_that_nobody_asked(history: History, stored: Stored) -> Iterator[str]:
    for text in {text for _, text in stored.questions} - {asked.text for asked in history.of(Asked)}:
        yield f"{text!r} was not asked"


RULES = (acknowledged_questions_are_present, a_question_is_there_once, nothing_is_there_that_nobody_asked)
