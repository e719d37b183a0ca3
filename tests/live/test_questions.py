"""Questions over real sockets and over HTTP: what is answered, who hears of it, and what it costs."""

from __future__ import annotations

import pytest_asyncio

from live_polls.domain import lifecycle
from live_polls.domain import question_moderation as desk
from live_polls.domain.asking import edit_asking
from live_polls.domain.participants import new_token
from live_polls.enums import Asking, Screen
from live_polls.models import Account, Question, Room
from tests.asking import make_asked
from tests.live.doors import Door
from tests.live.driver import Message, Socket, act, hosted, joined, staged

N_QUESTIONS = 200


@pytest_asyncio.fixture
async def asking(room: Room) -> Room:
    await act(edit_asking, room, asking=Asking.OPEN)
    return room


async def ask(socket: Socket, text: str = "Why?", *, seq: int = 1, name: str = "") -> Message:
    await socket.say("question.ask", id="asked", seq=seq, text=text, name=name)
    return await socket.answer("asked")


async def upvote(socket: Socket, code: str, *, on: bool = True) -> Message:
    await socket.say("question.upvote", id="up", question=code, on=on)
    return await socket.answer("up")


async def test_a_question_is_acknowledged_and_everybody_sees_it(door: Door, asking: Room):
    async with joined(door, asking) as author, staged(door, asking) as stage:
        ack = await ask(author, "Why\u202e not?", name="Ada")
        seen = (await stage.next("question.changed"))["question"]
        own = await author.next("voice.changed")
        again = await ask(author, "Why not?", name="Ada")
    assert ack.keys() == {"type", "id", "seq", "epoch", "version", "question", "state"}
    assert (ack["state"], again["question"]) == ("shown", ack["question"])
    assert seen.keys() == {"code", "text", "n_upvotes", "state", "asked_at", "name"}
    assert (seen["code"], seen["text"], seen["name"], seen["n_upvotes"]) == (ack["question"], "Why not?", "Ada", 0)
    assert own["own"] == {"code": ack["question"], "seq": 1, "text": "Why not?", "state": "shown", "name": "Ada"}


async def test_what_is_held_is_told_to_its_author_and_hosts_and_nobody_else(door: Door, asking: Room, alice: Account):
    await act(edit_asking, asking, hold=True)
    token = new_token(asking.pk)
    async with (
        joined(door, asking, token=token) as author,
        joined(door, asking, token=token) as other_tab,
        staged(door, asking) as stage,
        hosted(door, asking, alice) as host,
    ):
        ack = await ask(author, "Secret plan?")
        assert ack["state"] == "held"
        assert (await other_tab.next("voice.changed"))["own"]["state"] == "held"
        assert (await host.next("question.changed"))["question"]["state"] == "held"
        assert (await author.hello())["me"]["questions"][0]["text"] == "Secret plan?"
        await stage.fence()
        assert "Secret plan" not in "".join(stage.heard)
        await act(desk.approve_question, await act(Question.objects.get, code=ack["question"]))
        assert (await stage.next("question.changed"))["question"]["state"] == "shown"


async def test_a_hidden_question_leaves_screens_and_is_in_no_snapshot(door: Door, asking: Room):
    question = await act(make_asked, asking, text="Rude?")
    await act(desk.pin_question, question)
    async with joined(door, asking) as phone, staged(door, asking) as stage:
        assert stage.snapshot["current"] == {"type": "question", "code": question.code}
        await act(desk.hide_question, question)
        assert (await stage.next("room.changed"))["current"] is None
        assert (await stage.next("question.removed"))["question"] == question.code
        assert (await phone.next("question.removed"))["question"] == question.code
        again = await phone.hello()
    assert again["questions"] == []
    assert again["current"] is None


async def test_the_top_questions_on_stage_are_told_by_one_word_and_move_with_the_usual_frames(door: Door, asking: Room):
    question = await act(make_asked, asking)
    async with joined(door, asking) as phone, staged(door, asking) as stage:
        await act(lifecycle.set_screen, asking, Screen.QUESTIONS)
        for socket in (phone, stage):
            assert (await socket.next("room.changed"))["room"]["screen"] == "questions"
        assert (await upvote(phone, question.code))["type"] == "ack"
        assert (await stage.next("upvotes.changed"))["upvotes"] == {question.code: 1}


async def test_refusals_say_why(door: Door, asking: Room):
    question = await act(make_asked, asking)
    async with joined(door, asking) as phone, staged(door, asking) as stage:
        assert (await ask(phone, " "))["code"] == "invalid_answer"
        assert (await upvote(phone, "nothing"))["code"] == "not_found"
        assert (await upvote(stage, question.code))["code"] == "not_allowed"
        await act(edit_asking, asking, asking=Asking.PAUSED)
        assert (await ask(phone))["code"] == "paused"
        await act(edit_asking, asking, asking=Asking.OFF)
        assert (await ask(phone))["code"] == "closed"
        assert (await upvote(phone, question.code))["code"] == "closed"
        assert "questions" not in await phone.hello()


async def test_of_many_questions_a_tick_tells_only_what_changed(door: Door, asking: Room):
    """200 questions are there; a hundred upvotes for three of them cost a listener a few short frames."""
    questions = [await act(make_asked, asking) for _ in range(3)]
    await act(_make_many, asking)
    async with staged(door, asking) as stage:
        assert len(stage.snapshot["questions"]) == N_QUESTIONS + 3
        n_before = len(stage.heard)
        tokens = [new_token(asking.pk) for _ in range(8)]
        for token in tokens:
            async with joined(door, asking, token=token) as phone:
                for question in questions:
                    assert (await upvote(phone, question.code))["type"] == "ack"
        known = {question.code: 0 for question in questions}
        while set(known.values()) != {len(tokens)}:
            known |= (await stage.next("upvotes.changed"))["upvotes"]
        frames = [text for text in stage.heard[n_before:] if "presence" not in text]
        assert known.keys() == {question.code for question in questions}
        assert all(len(text) < 200 for text in frames)
        assert not any('"question.changed"' in text for text in frames)


def _make_many(room: Room) -> None:
    for number in range(N_QUESTIONS):
        make_asked(room, text=f"Why number {number}?")
