"""Texts, derived from ballots in their transaction, and decided about by moderators."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_polls.domain import lifecycle, moderation, rooms
from live_polls.domain.ballots import Counted, Outcome, cast_batch
from live_polls.domain.retention import purge_room
from live_polls.domain.snapshot import read_room
from live_polls.domain.tally import recount
from live_polls.enums import TextState
from live_polls.errors import InvalidAnswerError, TextNotFoundError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.kinds.writing import TEXTS_HELD, TEXTS_SHOWN
from live_polls.models import Poll, Room, Spelling, Tally, Text
from tests.factories import make_cast, make_poll

pytestmark = pytest.mark.django_db

ALICE, BOB, CHARLIE = "alice", "bob", "charlie"


def make_cloud(**settings_: Any) -> Poll:
    return make_poll(kind="word_cloud", options=(), settings=settings_)


def make_wall(**settings_: Any) -> Poll:
    return make_poll(kind="open_text", options=(), settings=settings_)


def say(poll: Poll, *texts: str, who: str = ALICE, seq: int = 1) -> Outcome:
    [outcome] = cast_batch([make_cast(poll, {"texts": list(texts)} if texts else None, participant=who, seq=seq)])
    return outcome


def tally_of(poll: Poll) -> dict[str, Any]:
    view, _ = read_room(poll.room_id)
    assert view is not None
    seen = view.poll(poll.code)
    assert seen is not None
    return KINDS[poll.kind].tally(seen.counters, Shape(0, poll.settings))


def words(poll: Poll) -> dict[str, int]:
    counts: dict[str, int] = tally_of(poll)["counts"]
    return counts


def wall(poll: Poll) -> list[str]:
    return [card["text"] for card in tally_of(poll)["texts"]]


def key_of(poll: Poll, text: str) -> str:
    return Text.objects.values_list("key", flat=True).get(poll=poll, text=text)


@pytest.fixture(autouse=True)
def texts_are_what_the_ballots_say() -> Iterator[None]:
    yield
    assert recount() == []


# Words of a cloud


def test_words_are_counted_once_a_ballot_whatever_their_case():
    cloud = make_cloud()
    say(cloud, "Python", "PYTHON!", "coffee")
    say(cloud, "python", who=BOB)

    assert words(cloud) == {"Python": 2, "coffee": 1}


def test_the_most_common_spelling_is_shown_and_the_first_of_equals():
    cloud = make_cloud()
    for who, word in enumerate(["PYTHON", "Python", "Python", "python"]):
        say(cloud, word, who=str(who))
    assert words(cloud) == {"Python": 4}

    say(cloud, "PYTHON", who="1", seq=2)
    say(cloud, "PYTHON", who="2", seq=2)

    assert words(cloud) == {"PYTHON": 4}


def test_changed_and_withdrawn_words_are_taken_away():
    cloud = make_cloud()
    say(cloud, "one", "two")
    say(cloud, "two", "three", seq=2)
    assert words(cloud) == {"two": 1, "three": 1}

    say(cloud, seq=3)

    assert words(cloud) == {}
    assert not Text.objects.exists()
    assert not Spelling.objects.exists()


def test_a_resend_adds_nothing():
    cloud = make_cloud()
    first, again = say(cloud, "one"), say(cloud, "one")

    assert isinstance(first, Counted)
    assert isinstance(again, Counted)
    assert first.receipt == again.receipt
    assert words(cloud) == {"one": 1}


def test_a_tally_is_told_of_the_words_of_most_and_of_how_many_more_there_are():
    cloud = make_cloud(max_words=10)
    casts = [
        make_cast(cloud, {"texts": [f"word {n}" for n in range(who * 10, who * 10 + 10)]}, participant=str(who))
        for who in range(15)
    ]
    cast_batch([*casts, make_cast(cloud, {"texts": ["word 149"]})])

    tally = tally_of(cloud)
    assert (len(tally["counts"]), tally["n_more"]) == (100, 50)
    assert next(iter(tally["counts"].items())) == ("word 149", 2)


def test_a_batch_of_words_takes_the_statements_of_one():
    cloud = make_cloud()

    def statements(n: int) -> int:
        casts = [make_cast(cloud, {"texts": ["both", f"word {who}"]}) for who in range(n)]
        with CaptureQueriesContext(connection) as queries:
            cast_batch(casts)
        return len(queries)

    assert statements(1) == statements(100)


def test_ballots_without_texts_take_no_statement_about_texts():
    cast = make_cast(make_poll(), {"option": 1})
    with CaptureQueriesContext(connection) as queries:
        cast_batch([cast])

    assert not [query for query in queries.captured_queries if "_text" in query["sql"] or "_spelling" in query["sql"]]


# A wall of answers


def test_the_newest_answers_come_first_and_have_public_ids():
    board = make_wall()
    say(board, "first")
    say(board, "second", who=BOB)

    texts = tally_of(board)["texts"]
    assert [card["text"] for card in texts] == ["second", "first"]
    assert {card["id"] for card in texts} == set(Text.objects.values_list("key", flat=True))


def test_the_same_answer_of_two_people_is_two_answers():
    board = make_wall()
    say(board, "same")
    say(board, "same", who=BOB)

    assert wall(board) == ["same", "same"]
    assert Text.objects.values("author").distinct().count() == 2


# Held and hidden


@pytest.mark.parametrize("make", [make_cloud, make_wall])
def test_held_texts_are_in_no_tally_but_counted(make):
    poll = make(hold=True)
    say(poll, "secret plan")

    tally = tally_of(poll)
    assert "secret" not in str(tally)
    assert tally["n_held"] == 1
    assert [waiting.text for waiting in moderation.texts_in_state(poll.room, TextState.HELD)] == ["secret plan"]


def test_who_wrote_a_held_text_sees_it_as_their_own():
    board = make_wall(hold=True)
    say(board, "mine")

    _, mine = read_room(board.room_id, participants={ALICE: make_cast(board, None, participant=ALICE).voice})

    assert [ballot.answer for ballot in mine[ALICE]] == ['{"texts":["mine"]}']


def test_an_approved_text_is_shown_and_stays_so_for_the_next_who_gives_it():
    cloud = make_cloud(hold=True)
    say(cloud, "fine")

    assert moderation.show_text(cloud, 1, "fine")
    assert not moderation.show_text(cloud, 1, "fine")
    say(cloud, "Fine", who=BOB)

    assert words(cloud) == {"fine": 2}


def test_a_hidden_word_stays_hidden_when_it_comes_again():
    cloud = make_cloud()
    say(cloud, "rude", "kind")
    moderation.hide_text(cloud, 1, "rude")
    assert words(cloud) == {"kind": 1}

    say(cloud, seq=2)
    say(cloud, "RUDE", who=BOB)

    assert words(cloud) == {}


def test_of_whom_a_text_was_hidden_the_next_is_held():
    board = make_wall()
    say(board, "rude")
    moderation.hide_text(board, 1, key_of(board, "rude"))

    say(board, "rude, too", seq=2)
    say(board, "kind", who=BOB)

    assert wall(board) == ["kind"]
    assert tally_of(board)["n_held"] == 1


def test_an_approval_is_of_what_was_read():
    board = make_wall(hold=True)
    say(board, "harmless")
    key = key_of(board, "harmless")
    say(board, "rude", seq=2)

    with pytest.raises(TextNotFoundError):
        moderation.show_text(board, 1, key)
    assert wall(board) == []


def test_moderation_bumps_the_room_and_a_repeat_does_not():
    board = make_wall()
    say(board, "some")
    key = key_of(board, "some")
    versions = []
    for deed in (moderation.hide_text, moderation.hide_text, moderation.hold_text, moderation.show_text):
        deed(board, 1, key)
        board.room.refresh_from_db()
        versions.append(board.room.version)

    assert [later - earlier for earlier, later in itertools.pairwise(versions)] == [0, 1, 1]
    assert wall(board) == ["some"]


def test_hidden_also_after_close_and_told_to_who_knew_the_room():
    board = make_wall()
    say(board, "rude")
    lifecycle.close_poll(board)
    known, _ = read_room(board.room_id)

    moderation.hide_text(board, 1, key_of(board, "rude"))

    view, _ = read_room(board.room_id, known)
    assert view is not None
    assert "rude" not in str(view.polls)


def test_an_edit_is_shown_and_may_be_undone():
    cloud = make_cloud()
    say(cloud, "pyhton")
    say(cloud, "Python", who=BOB)
    moderation.edit_text(cloud, 1, "pyhton", " Python ")
    assert words(cloud) == {"Python": 2}

    moderation.edit_text(cloud, 1, "pyhton", "")
    assert words(cloud) == {"pyhton": 1, "Python": 1}


def test_an_edit_that_leaves_nothing_is_refused():
    cloud = make_cloud()
    say(cloud, "word")

    with pytest.raises(InvalidAnswerError):
        moderation.edit_text(cloud, 1, "word", "\u200b\u202e")


def test_rounds_keep_their_own_texts():
    cloud = make_cloud()
    say(cloud, "one")
    lifecycle.reset_poll(cloud)
    lifecycle.open_poll(cloud)
    say(cloud, "two")

    assert words(cloud) == {"two": 1}


# Derived


def test_recount_finds_and_mends_texts():
    cloud = make_cloud()
    say(cloud, "one", "two")
    moderation.hide_text(cloud, 1, "two")
    Text.objects.filter(key="one").update(n=7)
    Spelling.objects.filter(key="one").delete()

    assert {difference.counter for difference in recount(cloud.room)} == {"text one", "spelling one one"}
    recount(cloud.room, repair=True)

    assert recount(cloud.room) == []
    assert words(cloud) == {"one": 1}


def test_purge_forgets_what_a_person_wrote_shown_or_not():
    board = make_wall()
    say(board, "shown")
    say(board, "hidden", who=BOB)
    moderation.hide_text(board, 1, key_of(board, "hidden"))
    rooms.end_room(board.room)

    purge_room(board.room)

    assert not Text.objects.exists()
    assert (wall(board), tally_of(board)["n_more"], tally_of(board)["n_held"]) == ([], 0, 0)


def test_purge_forgets_spellings_and_counts_what_is_left():
    cloud = make_cloud()
    say(cloud, "word", "held")
    say(cloud, "WORD", who=BOB)
    moderation.hold_text(cloud, 1, "held")
    rooms.end_room(cloud.room)

    purge_room(cloud.room)

    assert not Spelling.objects.exists()
    assert (words(cloud), tally_of(cloud)["n_held"]) == ({"word": 2}, 0)


def test_recount_finds_and_mends_how_many_are_shown_and_held():
    cloud = make_cloud()
    say(cloud, "one", "two", "three")
    moderation.hold_text(cloud, 1, "two")
    moderation.hide_text(cloud, 1, "three")
    Tally.objects.filter(counter__in=[TEXTS_SHOWN, TEXTS_HELD]).update(n=7)

    wrong = {difference.counter: difference.counted for difference in recount(cloud.room, repair=True)}

    assert wrong == {TEXTS_SHOWN: 1, TEXTS_HELD: 1}
    assert tally_of(cloud)["n_held"] == 1


def test_words_that_all_write_alike_have_one_row_each():
    cloud = make_cloud()
    for who in range(3):
        say(cloud, "alike", "Mixed" if who else "mixed", who=str(who))

    assert set(Spelling.objects.values_list("text", "n")) == {("mixed", 1), ("Mixed", 2)}
    assert words(cloud) == {"alike": 3, "Mixed": 3}


people = st.sampled_from([ALICE, BOB, CHARLIE])
answers = st.none() | st.lists(st.sampled_from(["a", "A", "b", "B!", "c"]), min_size=1, max_size=3)
histories = st.lists(st.lists(st.tuples(people, st.integers(1, 6), answers), max_size=6), max_size=5)


def hide_and_show_all(poll: Poll) -> None:
    """What a moderator does and undoes leaves nothing behind, in no count."""
    for key in Text.objects.filter(poll=poll, state=TextState.SHOWN).values_list("key", flat=True):
        moderation.hide_text(poll, 1, key)
        assert recount(poll.room) == []
        moderation.show_text(poll, 1, key)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(history=histories, kind=st.sampled_from(["word_cloud", "open_text"]))
def test_any_history_leaves_the_texts_that_a_simple_model_says(history, kind):
    poll = make_poll(kind=kind, options=(), settings={"max_texts" if kind == "open_text" else "max_words": 3})
    in_force: dict[str, tuple[int, list[str]]] = {}
    for batch in history:
        cast_batch([make_cast(poll, texts and {"texts": texts}, participant=who, seq=seq) for who, seq, texts in batch])
        hide_and_show_all(poll)
        for who, seq, texts in batch:
            if seq > in_force.get(who, (0, []))[0]:
                in_force[who] = seq, texts or []

    said = [set(map(str.casefold, (text.strip("!") for text in texts))) for _, texts in in_force.values()]
    if kind == "word_cloud":
        counts = {word.casefold(): n for word, n in words(poll).items()}
        assert counts == {word: n for word in "abc" if (n := sum(word in one for one in said))}
    else:
        assert sorted(wall(poll)) == sorted(text for _, texts in in_force.values() for text in dict.fromkeys(texts))
    assert recount(poll.room) == []


def test_a_text_with_a_word_of_the_list_waits_and_says_why():
    poll = make_wall()
    say(poll, "what a sh1tty room")
    say(poll, "a lovely room", who=BOB)
    assert (Text.objects.get(text__contains="sh1tty").state, wall(poll)) == ("held", ["a lovely room"])
    assert Text.objects.get(state="held").hint == "word"
    assert tally_of(poll)["n_held"] == 1


def test_a_room_adds_words_and_allows_others_from_the_next_text_on():
    poll = make_cloud()
    Room.objects.filter(pk=poll.room_id).update(word_list="lunch", allow_list="shit")
    say(poll, "Lunch", "shit")
    assert words(poll) == {"shit": 1}


def test_a_word_that_waits_stays_waiting_however_many_give_it():
    poll = make_cloud()
    for n, who in enumerate((ALICE, BOB, CHARLIE)):
        say(poll, "Shit" if n % 2 else "shit", who=who)
    assert words(poll) == {}
    text = Text.objects.get()
    moderation.show_text(poll, text.round, text.key)
    assert words(poll) == {"shit": 3}
