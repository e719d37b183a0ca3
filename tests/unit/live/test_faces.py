from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_polls.domain.ballots import cast_batch
from live_polls.domain.room_view import MyBallot, RoomView
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.enums import ResultsVisibility
from live_polls.kinds import KINDS
from live_polls.live import faces
from live_polls.live.connections import Change
from live_polls.live.faces import Face, face_of
from live_polls.live.objects import TimeObject
from tests.factories import both_keys, make_cast, make_poll, make_room
from tests.unit.live.client import Client
from tests.unit.live.deeds import ALICE, BOB, DEEDS
from tests.unit.live.room_views import make_poll_view, make_view

NOBODY = frozenset[tuple[str, int]]()

# Whose screens are compared: viewer and participant. Alice has voted, Bob has not.
SCREENS: dict[str, tuple[Viewer, str | None]] = {
    "audience that voted": (Viewer.AUDIENCE, ALICE),
    "audience that did not": (Viewer.AUDIENCE, BOB),
    "anonymous stage": (Viewer.AUDIENCE, None),
    "trusted stage": (Viewer.TRUSTED_STAGE, None),
    "host": (Viewer.HOST, None),
}


def bytes_of(view: RoomView, viewer: Viewer, mine: tuple[MyBallot, ...] = ()) -> bytes:
    """Every byte that this viewer could be sent of this view: the snapshot, and all changes from nothing."""
    face = face_of(view, viewer)
    nothing = replace(face, room=b"", polls={}, tallies={})
    voted = faces.voted_of(mine)
    changes = [*faces.changes(nothing, face, voted), *faces.changes(face, nothing_else(face), voted)]
    snapshot = faces.snapshot_frame(face, mine=mine, presence=0, now=0.0)
    own = [frame.payload for _, frame in faces.me_changes(face, mine, face.splits)]
    return b"".join([snapshot.payload, *(frame.payload for _, frame in changes), *own])


def nothing_else(face: Face) -> Face:
    """The same room without polls, to hear what is said of them when they go."""
    return replace(face, polls={}, tallies={})


def my_ballot(poll: str = "a", answer: str | None = '{"option":1}') -> MyBallot:
    return MyBallot(poll, 1, 1, answer, "receipt")


# What is not for these eyes is in no byte


@pytest.mark.parametrize("viewer", Viewer)
@pytest.mark.parametrize("state", ["draft", "open"])
def test_the_right_number_is_in_no_byte_before_the_poll_is_closed(viewer, state):
    settings = KINDS["number"].parse_settings({"right": 60606, "tolerance": 50505}, 0)
    poll = make_poll_view(kind="number", options=(), settings=settings, state=state)

    sent = bytes_of(make_view(poll), viewer)

    assert b"60606" not in sent
    assert b"50505" not in sent
    assert b"60606" in bytes_of(make_view(replace(poll, state="closed")), viewer)


@pytest.mark.parametrize("viewer", [Viewer.AUDIENCE, Viewer.TRUSTED_STAGE])
@pytest.mark.parametrize(
    "poll",
    [
        make_poll_view(results="host"),
        make_poll_view(results="host", state="closed"),
        make_poll_view(results="after_close"),
        make_poll_view(results="after_vote"),
        make_poll_view(results="live", shown=False),
        make_poll_view(results="after_vote", shown=False, state="closed"),
    ],
    ids=lambda poll: f"{poll.results}-{poll.state}-{poll.shown}",
)
def test_hidden_counts_are_in_no_byte(poll, viewer):
    sent = bytes_of(make_view(poll), viewer)

    assert b"70077" in sent  # how many voted is for everybody
    assert b"50055" not in sent
    assert b"20022" not in sent
    assert b"counts" not in sent
    assert b"50055" in bytes_of(make_view(poll), Viewer.HOST)


def test_hidden_first_places_are_in_no_byte():
    poll = make_poll_view(kind="ranking", results="host")

    assert b"first" not in bytes_of(make_view(poll), Viewer.AUDIENCE)
    assert b"first" in bytes_of(make_view(poll), Viewer.HOST)


@pytest.mark.parametrize("viewer", [Viewer.AUDIENCE, Viewer.TRUSTED_STAGE])
@pytest.mark.parametrize("state", ["draft", "archived"])
def test_polls_that_are_not_public_are_in_no_byte(state, viewer):
    secret = make_poll_view("secret-code", state=state, prompt="secret prompt", options=((1, "secret option"),))
    view = make_view(make_poll_view(), secret, current="secret-code")

    assert b"secret" not in bytes_of(view, viewer)
    assert bytes_of(view, Viewer.HOST).count(b"secret") > 2


@pytest.mark.parametrize("viewer", Viewer)
def test_secrets_of_the_room_are_in_no_byte(viewer):
    assert b"-secret" not in bytes_of(make_view(make_poll_view()), viewer)


def test_counts_after_vote_are_for_those_who_voted():
    view = make_view(make_poll_view(results="after_vote"))

    assert b"50055" in bytes_of(view, Viewer.AUDIENCE, (my_ballot(),))
    assert b"50055" not in bytes_of(view, Viewer.AUDIENCE, (my_ballot(answer=None),))
    assert b"50055" not in bytes_of(view, Viewer.TRUSTED_STAGE)


# What is there


def test_snapshot_is_the_documented_object():
    poll = make_poll_view(kind="ranking", settings={"max_choices": 2}, seconds=30, shown=True)
    frame = faces.snapshot_frame(
        face_of(make_view(poll, current="a"), Viewer.HOST), mine=(my_ballot(),), presence=3, now=12.5
    )

    assert json.loads(frame.payload) == {
        "type": "snapshot",
        "epoch": "epoch",
        "version": 1,
        "now": 12.5,
        "room": {
            "code": "K7QM2X",
            "title": "Hall",
            "state": "live",
            "results": "live",
            "screen": "content",
            "url": json.loads(frame.payload)["room"]["url"],
            "step": 1,
            "n_steps": 1,
        },
        "polls": [
            {
                "code": "a",
                "kind": "ranking",
                "prompt": "Which?",
                "state": "open",
                "round": 1,
                "options": [{"number": 1, "text": "Tabs"}, {"number": 2, "text": "Spaces"}],
                "settings": {"max_choices": 2},
                "results": "live",
                "shown": True,
                "seconds": 30,
                "deadline": None,
                "tally": {"n_ballots": 70077, "counts": {"1": 50055, "2": 20022}, "first": {"1": 0, "2": 0}},
            }
        ],
        "current": {"type": "poll", "code": "a"},
        "presence": 3,
        "me": {"ballots": [{"poll": "a", "round": 1, "seq": 1, "answer": {"option": 1}, "receipt": "receipt"}]},
    }


def test_room_url_is_the_public_one(settings):
    settings.PUBLIC_URL = "https://polls.example.org"

    assert faces.room_object(make_view()).url == "https://polls.example.org/j/K7QM2X"


def test_step_counts_drafts_and_not_the_archived():
    view = make_view(
        make_poll_view("a", state="archived"), make_poll_view("b", state="draft"), make_poll_view("c"), current="c"
    )
    room = faces.room_object(view)

    assert (room.step, room.n_steps) == (2, 2)
    assert faces.room_object(replace(view, current="a")).step is None


def test_nothing_on_stage_is_null():
    snapshot = faces.snapshot_frame(face_of(make_view(), Viewer.HOST), mine=(), presence=0, now=0.0)

    assert json.loads(snapshot.payload)["current"] is None


# What changed


def types_of(changes: Iterable[Change]) -> list[str]:
    return [json.loads(frame.payload)["type"] for _, frame in changes]


def test_same_face_has_no_changes():
    face = face_of(make_view(make_poll_view()), Viewer.HOST)

    assert list(faces.changes(face, replace(face, version=2), NOBODY)) == []


def test_votes_change_tallies_alone():
    old = face_of(make_view(make_poll_view()), Viewer.HOST)
    new = face_of(make_view(replace(make_poll_view(), counters={"n": 1, "1": 1}), version=2), Viewer.HOST)

    [(key, frame)] = faces.changes(old, new, NOBODY)

    assert key == ("tally", "a")
    assert json.loads(frame.payload) == {
        "type": "tally.changed",
        "epoch": "epoch",
        "version": 2,
        "poll": "a",
        "round": 1,
        "tally": {"n_ballots": 1, "counts": {"1": 1, "2": 0}},
    }


def test_vote_that_others_may_not_see_is_no_news_to_them():
    poll = make_poll_view(results="after_vote")
    changed = replace(poll, counters={**poll.counters, "1": 50054, "2": 20023})
    old, new = (face_of(make_view(one), Viewer.AUDIENCE) for one in (poll, changed))

    assert types_of(faces.changes(old, new, NOBODY)) == []
    assert types_of(faces.changes(old, new, frozenset({("a", 1)}))) == ["tally.changed"]


def test_having_voted_in_another_round_shows_nothing():
    poll = make_poll_view(results="after_vote", round=2)
    nothing = face_of(make_view(), Viewer.AUDIENCE)

    changes = dict(faces.changes(nothing, face_of(make_view(poll), Viewer.AUDIENCE), frozenset({("a", 1)})))

    assert json.loads(changes["tally", "a"].payload)["tally"] == {"n_ballots": 70077}


def test_new_round_tells_its_tally_though_it_reads_like_the_old():
    poll = make_poll_view()
    old, new = (face_of(make_view(replace(poll, round=n)), Viewer.HOST) for n in (1, 2))

    assert types_of(faces.changes(old, new, NOBODY)) == ["poll.changed", "tally.changed"]


def test_splits_are_polls_whose_counts_depend_on_having_voted():
    view = make_view(make_poll_view("a", results="after_vote", round=3), make_poll_view("b"))

    assert face_of(view, Viewer.AUDIENCE).splits == {("a", 3)}
    assert face_of(view, Viewer.HOST).splits == NOBODY


def test_me_changes_tell_ones_own_ballots_where_their_polls_are():
    face = face_of(make_view(make_poll_view("a"), make_poll_view("b", state="draft")), Viewer.AUDIENCE)

    [(key, frame)] = faces.me_changes(face, (my_ballot("a"), my_ballot("b"), my_ballot("gone")), NOBODY)

    assert key == ("me", "a")
    assert json.loads(frame.payload)["ballots"] == [
        {"poll": "a", "round": 1, "seq": 1, "answer": {"option": 1}, "receipt": "receipt"}
    ]


def test_a_ballot_that_was_told_is_told_again_only_when_it_changed():
    face = face_of(make_view(make_poll_view("a"), make_poll_view("b")), Viewer.AUDIENCE)
    first, second = my_ballot("a"), my_ballot("b")
    told = faces.stand_of((second, first))

    assert told == faces.stand_of((first, second))
    assert list(faces.me_changes(face, (first, second), NOBODY, told)) == []
    [(key, _)] = faces.me_changes(face, (first, replace(second, seq=2)), NOBODY, told)
    assert key == ("me", "b")


def test_what_is_no_more_is_told_where_its_round_still_is():
    face = face_of(make_view(make_poll_view("a"), make_poll_view("b", round=2)), Viewer.AUDIENCE)
    time = TimeObject("a", 1, 1, 15.0)
    told = faces.stand_of((my_ballot("a"), my_ballot("b"), my_ballot("gone")), [time])

    [(key, frame)] = faces.me_changes(face, (), NOBODY, told)

    assert key == ("me", "a")
    said = json.loads(frame.payload)
    assert (said["poll"], said["round"], said["ballots"], said["times"]) == ("a", 1, [], [])
    assert list(faces.me_changes(face, (), NOBODY, faces.stand_of(()))) == []


codes = st.lists(st.sampled_from("abcdef"), unique=True)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(old_order=codes, new_order=codes, shown=st.sets(st.sampled_from("abcdef")))
def test_any_reordering_ends_in_the_new_order(old_order, new_order, shown):
    old = make_view(*map(make_poll_view, old_order))
    new = make_view(*(make_poll_view(code, shown=code in shown) for code in new_order), version=2)
    client = Client().take_all(frames_from(old, new))

    assert client.screen == Client().take_all(frames_from(new, new)).screen


def frames_from(old: RoomView, new: RoomView) -> list[dict[str, Any]]:
    """The snapshot of one view and the changes to another."""
    one, other = face_of(old, Viewer.HOST), face_of(new, Viewer.HOST)
    snapshot = faces.snapshot_frame(one, mine=(), presence=0, now=0.0)
    changes = [frame for _, frame in faces.changes(one, other, NOBODY)]
    return [json.loads(frame.payload) for frame in (snapshot, *changes)]


# Snapshot + changes = fresh snapshot, for every deed and every screen


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ResultsVisibility.values)
@pytest.mark.parametrize("deed", DEEDS)
def test_snapshot_and_changes_are_a_fresh_snapshot(deed, rule):
    room = make_room(results=rule)
    poll = make_poll(room, seconds=30)
    for others in (True, False):
        make_poll(room, kind="ranking", is_open=others)
    cast_batch([make_cast(poll, {"option": 1}, participant=voter) for voter in (ALICE, "carol")])
    before = read_room(room.pk, participants=both_keys(ALICE, BOB))

    DEEDS[deed](room, poll)

    after = read_room(room.pk, before[0], both_keys(ALICE, BOB))
    assert after == read_room(room.pk, None, both_keys(ALICE, BOB)), "what was known is not true any more"
    for name, (viewer, who) in SCREENS.items():
        followed = Client().take_all(frames_of(before, after, viewer, who))
        fresh = Client().take_all(frames_of(after, after, viewer, who))
        assert followed.screen == fresh.screen, name


Read = tuple[RoomView | None, dict[str, tuple[MyBallot, ...]]]


def frames_of(before: Read, after: Read, viewer: Viewer, who: str | None) -> list[dict[str, Any]]:
    """The snapshot of one state, and what takes this viewer to another."""
    assert before[0] is not None
    assert after[0] is not None
    old, new = face_of(before[0], viewer), face_of(after[0], viewer)
    mine = after[1].get(who or "", ())
    snapshot = faces.snapshot_frame(old, mine=before[1].get(who or "", ()), presence=0, now=0.0)
    told = faces.stand_of(before[1].get(who or "", ()))
    own = faces.me_changes(new, mine, old.splits | new.splits, told) if before is not after else ()
    changes = [frame for _, frame in (*own, *faces.changes(old, new, faces.voted_of(mine)))]
    return [json.loads(frame.payload) for frame in (snapshot, *changes)]
