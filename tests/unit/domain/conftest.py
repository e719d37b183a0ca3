from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from live_polls import events

Heard = Callable[[Callable[[], object]], list[events.RoomChanged]]


@pytest.fixture
def heard(django_capture_on_commit_callbacks) -> Iterator[Heard]:
    """`heard(deed)` does it and returns the facts that its commit announces."""
    facts: list[events.RoomChanged] = []

    def listen(deed: Callable[[], object]) -> list[events.RoomChanged]:
        facts.clear()
        with django_capture_on_commit_callbacks(execute=True):
            deed()
            assert facts == []  # nothing before commit: it could still be rolled back
        return list(facts)

    events.subscribe(facts.append)
    yield listen
    events.unsubscribe(facts.append)
