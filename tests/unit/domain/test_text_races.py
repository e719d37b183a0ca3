"""Texts by real threads on two connections: who casts, who changes, and who moderates at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import pytest

from live_polls.domain import moderation
from live_polls.domain.ballots import cast_batch
from live_polls.domain.tally import recount
from live_polls.enums import TextState
from live_polls.errors import TextNotFoundError
from live_polls.models import Poll, Spelling, Text
from tests.factories import make_cast, make_poll
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

N = 6


def make_cloud() -> Poll:
    return make_poll(kind="word_cloud", options=())


def say(poll: Poll, who: str, *texts: str, seq: int = 1) -> None:
    cast_batch([make_cast(poll, {"texts": list(texts)} if texts else None, participant=who, seq=seq)])


def hide(poll: Poll, key: str) -> bool:
    """Whether there was a text to hide."""
    try:
        moderation.hide_text(poll, 1, key)
    except TextNotFoundError:
        return False
    return True


def test_many_who_give_one_word_at_once_are_all_counted_in_every_spelling():
    cloud = make_cloud()

    together([partial(say, cloud, str(who), ["Python", "PYTHON", "python"][who % 3]) for who in range(N)])

    assert Text.objects.get().n == N
    assert sorted(Spelling.objects.values_list("n", flat=True)) == [2, 2, 2]
    assert recount() == []


def test_one_who_changes_their_words_in_many_threads_has_those_of_the_newest_ballot():
    cloud = make_cloud()

    together([partial(say, cloud, "alice", f"word {seq}", "always", seq=seq) for seq in range(1, N + 1)])

    assert set(Text.objects.values_list("key", "n")) == {(f"word {N}", 1), ("always", 1)}
    assert recount() == []


@pytest.mark.parametrize(("n_before", "change"), list(product([1, 2], [("kind",), ()])), ids=str)
def test_a_word_that_is_hidden_while_its_author_takes_it_back_is_gone_or_hidden(n_before, change):
    cloud = make_cloud()
    for who in range(n_before):
        say(cloud, str(who), "rude")

    deeds: list[Callable[[], object]] = [partial(say, cloud, "0", *change, seq=2), partial(hide, cloud, "rude")]
    _, was_there = together(deeds)

    text = Text.objects.filter(key="rude").first()
    assert (text.state if text else None) == (TextState.HIDDEN if was_there else None)
    assert was_there or n_before == 1
    assert recount() == []


def test_an_answer_that_is_hidden_while_its_author_changes_it_never_lends_its_approval_to_the_next():
    wall = make_poll(kind="open_text", options=(), settings={"hold": True})
    say(wall, "alice", "harmless")
    key = Text.objects.get().key

    def approve() -> None:
        try:
            moderation.show_text(wall, 1, key)
        except TextNotFoundError:
            pass

    deeds: list[Callable[[], None]] = [partial(say, wall, "alice", "rude", seq=2), approve]
    together(deeds)

    assert [(text.text, text.state) for text in Text.objects.all()] == [("rude", TextState.HELD)]
    assert recount() == []


def test_moderators_who_decide_at_once_leave_one_state_and_true_counts():
    cloud = make_cloud()
    say(cloud, "alice", "word")
    deeds = [moderation.hide_text, moderation.show_text, moderation.hold_text] * 2

    together([partial(deed, cloud, 1, "word") for deed in deeds])

    assert Text.objects.get().state in TextState.values
    assert recount() == []
