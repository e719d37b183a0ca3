"""Delete my answers: what leaves the count, what stays as a count, and that nothing can be found by the phone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from live_polls.domain import lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import Participant, cookie_name, new_token
from live_polls.domain.players import Naming, name_players
from live_polls.domain.questions import Ask, Upvoting, hear_batch
from live_polls.domain.tally import recount
from live_polls.enums import Asking
from live_polls.models import Ballot, Exclusion, Player, Poll, Question, Room, Tally, Text, Upvote
from tests.factories import make_cast, make_participant, make_poll, make_room

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def room(transactional_db) -> Room:
    room = make_room()
    Room.objects.filter(pk=room.pk).update(asking=Asking.OPEN)
    room.refresh_from_db()
    return room


@pytest.fixture
def token(room) -> str:
    return new_token(room.pk)


@pytest.fixture
def me(room, token) -> Participant:
    return make_participant(room, token)


def browser(room: Room, token: str) -> AsyncClient:
    client = AsyncClient(raise_request_exception=False)
    client.cookies[cookie_name(room.join_code)] = token
    return client


async def forget(room: Room, token: str) -> Any:
    return await browser(room, token).post(f"/j/{room.join_code}/my-data")


def n_of(poll: Poll, counter: str = "n") -> int:
    return Tally.objects.filter(poll=poll, round=1, counter=counter).values_list("n", flat=True).first() or 0


def answer(me: Participant, *polls: tuple[Poll, object]) -> None:
    outcomes = cast_batch([make_cast(poll, said, participant=me) for poll, said in polls])
    assert {type(outcome).__name__ for outcome in outcomes} == {"Counted"}


async def test_votes_that_run_leave_the_count_and_those_that_are_over_stay_as_counts(room, token, me):
    def before() -> tuple[Poll, Poll]:
        running, over = make_poll(room), make_poll(room)
        answer(me, (running, {"option": 1}), (over, {"option": 2}))
        lifecycle.close_poll(over)
        return running, over

    running, over = await sync_to_async(before)()

    assert (await forget(room, token)).status_code == 302

    def after() -> None:
        assert (n_of(running), n_of(over), n_of(over, "2")) == (0, 1, 1)
        assert Ballot.objects.get(poll=running).answer is None
        assert Ballot.objects.get(poll=over).participant not in {me.ballot_key, me.voice_key}
        assert recount(room) == []

    await sync_to_async(after)()


async def test_own_words_are_deleted_also_where_voting_is_over(room, token, me):
    def before() -> tuple[Poll, Poll]:
        wall, cloud = (make_poll(room, kind=kind, options=[]) for kind in ("open_text", "word_cloud"))
        answer(me, (wall, {"texts": ["My secret plan"]}), (cloud, {"texts": ["django"]}))
        for poll in (wall, cloud):
            lifecycle.close_poll(poll)
        return wall, cloud

    wall, cloud = await sync_to_async(before)()
    await forget(room, token)

    def after() -> None:
        assert "secret" not in json.dumps([*Ballot.objects.values_list("answer", flat=True)])
        assert [*Text.objects.values_list("poll", "key")] == [(cloud.pk, "django")]
        assert (n_of(wall), n_of(cloud)) == (1, 1)
        assert not Ballot.objects.filter(participant=me.voice_key).exists()
        assert recount(room) == []

    await sync_to_async(after)()


async def test_questions_upvotes_and_the_name_in_the_quiz_go(room, token, me):
    def before() -> None:
        other = make_participant(room)
        assert hear_batch([Ask(room.pk, me.voice_key, 1, "Who pays?"), Ask(room.pk, other.voice_key, 1, "Why?")])
        hear_batch([Upvoting(room.pk, me.voice_key, Question.objects.get(text="Why?").code, on=True)])
        name_players([Naming(room.pk, me.voice_key, "Ada")])
        assert Upvote.objects.count() == 1

    await sync_to_async(before)()
    await forget(room, token)

    def after() -> None:
        assert [*Question.objects.exclude(state="withdrawn").values_list("text", "n_upvotes")] == [("Why?", 0)]
        assert not Question.objects.filter(author=me.voice_key).exists()
        assert "Who pays?" not in set(Question.objects.values_list("text", flat=True))
        assert not Upvote.objects.exists()
        assert not Player.objects.exists()

    await sync_to_async(after)()


async def test_it_may_be_repeated_and_one_may_vote_again(room, token, me):
    poll = await sync_to_async(make_poll)(room)
    await sync_to_async(answer)(me, (poll, {"option": 1}))
    for _ in range(2):
        assert (await forget(room, token)).status_code == 302

    def again() -> None:
        assert type(cast_batch([make_cast(poll, {"option": 2}, participant=me, seq=3)])[0]).__name__ == "Counted"
        assert (n_of(poll), n_of(poll, "2")) == (1, 1)

    await sync_to_async(again)()


async def test_it_is_no_way_around_moderators(room, token, me):
    await sync_to_async(Exclusion.objects.create)(room=room, voice=me.voice_key)

    await forget(room, token)

    assert await sync_to_async(Exclusion.objects.filter(voice=me.voice_key).exists)()


async def test_others_keep_what_is_theirs(room, token, me):
    def before() -> Poll:
        poll = make_poll(room, kind="open_text", options=[])
        answer(me, (poll, {"texts": ["Mine"]}))
        answer(make_participant(room), (poll, {"texts": ["Theirs"]}))
        lifecycle.close_poll(poll)
        return poll

    await sync_to_async(before)()
    await forget(room, token)

    assert [text async for text in Text.objects.values_list("text", flat=True)] == ["Theirs"]


async def test_nobody_else_does_it_for_me(room, token, me):
    poll = await sync_to_async(make_poll)(room)
    await sync_to_async(answer)(me, (poll, {"option": 1}))
    path = f"/j/{room.join_code}/my-data"

    foreign = await browser(room, token).post(path, headers={"origin": "https://evil.example"})
    stranger = await AsyncClient(raise_request_exception=False).post(path)

    assert (foreign.status_code, stranger.status_code) == (403, 404)
    assert await sync_to_async(n_of)(poll) == 1


async def test_the_page_says_what_goes_and_what_stays(room, token):
    page = (await browser(room, token).get(f"/j/{room.join_code}/my-data")).content.decode()

    assert "Delete my answers for good" in page
    assert "stay as counts" in page


async def test_the_privacy_page_says_how_long(room, token, settings):
    settings.RETENTION_DAYS = 17

    page = (await AsyncClient().get("/privacy")).content.decode()

    assert "until 17 days after the room has ended" in page
    assert "Your answers to polls" in page
    for path in ("/", f"/j/{room.join_code}"):
        assert "/privacy" in (await browser(room, token).get(path)).content.decode()
