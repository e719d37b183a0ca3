"""Snapshot + messages = fresh snapshot, for every viewer, after whatever anybody does."""

from __future__ import annotations

from live_polls.domain import lifecycle, moderation, polls, rooms, steps
from live_polls.domain import question_moderation as desk
from live_polls.domain.asking import edit_asking
from live_polls.domain.polls import PollDraft
from live_polls.enums import Asking, Screen
from live_polls.models import Account, Question, Room, Text
from tests.asking import make_asked, upvote
from tests.factories import make_poll
from tests.live.doors import Door
from tests.live.driver import Socket, act
from tests.live.hall import hall_of, on, say


async def test_the_life_of_a_poll(door: Door, room: Room, alice: Account):
    await act(rooms.edit_room, room, title="Keynote", results="after_vote")
    first = await act(make_poll, room, prompt="First?", is_open=False)
    second = await act(make_poll, room, prompt="Second?", kind="ranking", seconds=600, is_open=False)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.lives(
            {
                "open": on(lifecycle.open_poll, first),
                "vote": lambda: cast(first, {"option": 1}),
                "vote again": lambda: cast(first, {"option": 2}, seq=2),
                "the same once more": lambda: cast(first, {"option": 2}, seq=3),
                "withdraw": lambda: cast(first, None, seq=4),
                "vote after all": lambda: cast(first, {"option": 3}, seq=5),
                "open another with a countdown": on(lifecycle.open_poll, second),
                "rank": lambda: cast(second, {"options": [3, 1]}),
                "give time": on(lifecycle.extend_countdown, second),
                "stop the countdown": on(lifecycle.stop_countdown, second),
                "close": on(lifecycle.close_poll, first),
                "hide": on(lifecycle.hide_results, first),
                "show": on(lifecycle.show_results, first),
                "put on stage": on(lifecycle.put_on_stage, room, second),
                "archive": on(lifecycle.archive_poll, first),
                "open from the archive": on(lifecycle.open_poll, first),
                "vote in the new round": lambda: cast(first, {"option": 1}),
                "close the new round": on(lifecycle.close_poll, first),
                "reset": on(lifecycle.reset_poll, first),
                "close the other": on(lifecycle.close_poll, second),
                "reset while it is on stage": on(lifecycle.reset_poll, second),
            }
        )


async def test_the_life_of_a_room(door: Door, room: Room, alice: Account):
    first, second, third = [await act(make_poll, room, prompt=f"Question {n}?") for n in (1, 2, 3)]
    draft = await act(make_poll, room, prompt="Draft?", is_open=False)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.does("vote", lambda: cast(first, {"option": 1}))
        await hall.lives(
            {
                "blank": on(lifecycle.set_screen, room, Screen.BLANK),
                "how to join": on(lifecycle.set_screen, room, Screen.JOIN),
                "content": on(lifecycle.set_screen, room, Screen.CONTENT),
                "title": on(rooms.edit_room, room, title="Closing", results="live"),
                "results for hosts": on(rooms.edit_room, room, title="Closing", results="host"),
                "results after the vote": on(rooms.edit_room, room, title="Closing", results="after_vote"),
                "results after the close": on(rooms.edit_room, room, title="Closing", results="after_close"),
                "edit a draft": on(polls.edit_poll, draft, _draft("Edited?", ["Yes", "No"])),
                "add a draft": on(polls.add_poll, room, _draft("Another?", ["A", "B", "C"])),
                "a draft on stage": on(lifecycle.put_on_stage, room, draft),
                "a step that opens it": lambda: act(_step, room),
                "last to the front": on(polls.move_poll, third, position=0),
                "front to the middle": on(polls.move_poll, third, position=2),
                "delete what has votes": on(polls.remove_poll, first),
                "delete what is on stage": on(polls.remove_poll, draft),
                "nothing on stage": on(lifecycle.put_on_stage, room, None),
                "results of one poll": on(polls.edit_poll, second, _draft(second.prompt, None, results="live")),
                "revoke": on(lifecycle.hide_results, second),
                "end": on(rooms.end_room, room),
            }
        )


async def test_the_life_of_texts(door: Door, room: Room, alice: Account):
    cloud = await act(make_poll, room, kind="word_cloud", options=())
    wall = await act(make_poll, room, kind="open_text", options=(), settings={"hold": True})
    choice = await act(make_poll, room, settings={"other": True})
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.lives(
            {
                "words": lambda: cast(cloud, {"texts": ["Python", "rude"]}),
                "hide a word": on(moderation.hide_text, cloud, 1, "rude"),
                "other words": lambda: cast(cloud, {"texts": ["PYTHON", "tea"]}, seq=2),
                "mend a word": on(moderation.edit_text, cloud, 1, "tea", "Tea"),
                "an answer that waits": lambda: cast(wall, {"texts": ["a thought"]}),
                "approve it": on(_decide, "show_text", "a thought"),
                "hold it again": on(_decide, "hold_text", "a thought"),
                "another answer": lambda: cast(wall, {"texts": ["another"]}, seq=2),
                "hide that": on(_decide, "hide_text", "another"),
                "name something else": lambda: cast(choice, {"other": "Vim"}),
                "hide what was named": on(moderation.hide_text, choice, 1, "vim"),
                "choose after all": lambda: cast(choice, {"option": 1}, seq=2),
                "withdraw": lambda: cast(cloud, None, seq=3),
                "close": on(lifecycle.close_poll, wall),
                "approve after the close": on(_decide, "show_text", "another"),
                "reset": on(lifecycle.reset_poll, wall),
            }
        )


async def test_many_deeds_at_once(door: Door, room: Room, alice: Account):
    """Nobody looks in between, so a screen is told only the end of what happened."""
    first, second = [await act(make_poll, room, results="after_vote") for _ in range(2)]

    async def everything() -> None:
        cast = hall.voter.cast
        await cast(first, {"option": 1})
        await act(lifecycle.close_poll, first)
        await act(lifecycle.open_poll, first)
        await cast(second, {"option": 2})
        await cast(first, {"option": 3})
        await act(lifecycle.hide_results, second)
        await act(polls.move_poll, second, position=0)
        await cast(second, None, seq=2)
        await act(lifecycle.show_results, second)
        await act(lifecycle.reset_poll, second)
        await act(lifecycle.open_poll, second)
        await cast(second, {"option": 1})

    async with hall_of(door, room, alice) as hall:
        for round_ in range(5):
            await hall.does(f"everything, {round_}", everything)


async def test_the_life_of_questions(door: Door, room: Room, alice: Account):
    await act(switch_asking, room, Asking.OPEN)
    async with hall_of(door, room, alice) as hall:
        first = await act(make_asked, room, text="First?")
        second = await act(make_asked, room, text="Second?", name="Ada")
        held = await act(make_asked, room, text="Held?")
        await hall.lives(
            {
                "ask": lambda: say(hall.voter, "question.ask", seq=1, text="Mine?"),
                "top questions on stage": on(lifecycle.set_screen, room, Screen.QUESTIONS),
                "vote up": lambda: say(hall.voter, "question.upvote", question=first.code, on=True),
                "others vote up": on(many_upvotes, first, second),
                "no longer": lambda: say(hall.voter, "question.upvote", question=first.code, on=False),
                "up again": lambda: say(hall.voter, "question.upvote", question=first.code, on=True),
                "hold": on(desk.hold_question, held),
                "approve": on(desk.approve_question, held),
                "hide": on(desk.hide_question, held),
                "edit": on(desk.edit_question, first, "First of all?"),
                "reply": on(desk.reply_to_question, first, "So."),
                "pin": on(desk.pin_question, first),
                "merge what is on stage": on(desk.merge_question, first, second),
                "a voice for what was merged": on(upvote, first),
                "pin the other": on(desk.pin_question, second),
                "split": on(desk.split_question, first),
                "answer": on(desk.answer_question, second),
                "a poll on stage": on(make_poll, room),
                "unpin": on(desk.unpin_question, room),
                "archive": on(desk.archive_question, second),
                "hide what one has asked": on(hide_last, room),
                "pause": on(switch_asking, room, Asking.PAUSED),
                "off": on(switch_asking, room, Asking.OFF),
                "on": on(switch_asking, room, Asking.OPEN),
                "take back": lambda: withdraw_last(hall.voter, room),
            }
        )


def switch_asking(room: Room, asking: Asking) -> None:
    edit_asking(room, asking=asking)


def many_upvotes(*questions: Question) -> None:
    for question in questions:
        for _ in range(3):
            upvote(question)


def hide_last(room: Room) -> None:
    desk.hide_question(Question.objects.get(room=room, seq=1, text="Mine?"))


async def withdraw_last(socket: Socket, room: Room) -> None:
    question = await act(Question.objects.get, room=room, text="Mine?")
    await say(socket, "question.withdraw", question=question.code)


def _decide(deed: str, text: str) -> None:
    found = Text.objects.get(text=text)
    getattr(moderation, deed)(found.poll, found.round, found.key)


def _draft(prompt: str, options: list[str] | None, *, results: str = "") -> PollDraft:
    return PollDraft(
        kind="single_choice", prompt=prompt, options=options or ["Tabs", "Spaces", "Both"], results=results
    )


def _step(room: Room) -> bool:
    return steps.take_step(room, seen=steps.mark_of(room))
