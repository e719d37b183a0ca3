"""Snapshot + messages = fresh snapshot, for every viewer, after whatever anybody does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from live_polls.domain import lifecycle, moderation, polls, rooms, steps
from live_polls.domain import question_moderation as desk
from live_polls.domain.asking import edit_asking
from live_polls.domain.participants import new_token, stage_token
from live_polls.domain.polls import PollDraft
from live_polls.enums import Asking, Screen
from live_polls.models import Account, Question, Room, Text
from tests.asking import make_asked, upvote
from tests.factories import make_poll
from tests.live.doors import Door
from tests.live.driver import Message, Socket, act, hosted, joined, staged
from tests.live.mirror import Mirror

Deed = Callable[[], Awaitable[object]]
Entrance = Callable[[], Any]


@dataclass(slots=True)
class Watcher:
    """Somebody with a socket that is never asked for a snapshot again, and a way in for a look with fresh eyes."""

    name: str
    entrance: Entrance
    socket: Socket
    mirror: Mirror = field(default_factory=Mirror)

    async def check(self, after: str) -> None:
        """The messages lead to what a fresh socket is shown."""
        async with self.entrance() as fresh:
            expected = Mirror()
            expected.take(fresh.snapshot)
            while self.mirror.state != expected.state:
                try:
                    await self.hear()
                except AssertionError:
                    assert (self.name, after, self.mirror.state) == (self.name, after, expected.state)
        for message in await self.socket.fence():
            self.mirror.take(message)
        assert (self.name, after, self.mirror.state) == (self.name, after, expected.state)

    async def hear(self) -> None:
        self.mirror.take(await self.socket.next())


class Hall:
    """All kinds of viewers of one room. `voter` is the one who votes."""

    def __init__(self, watchers: list[Watcher]) -> None:
        self._watchers = watchers

    @property
    def voter(self) -> Socket:
        """A socket of the voter that nobody mirrors: who waits for an ack takes messages away from others."""
        return self._watchers[0].socket

    async def does(self, name: str, deed: Deed) -> None:
        await deed()
        for watcher in self._watchers[1:]:
            await watcher.check(name)


@asynccontextmanager
async def hall_of(door: Door, room: Room, alice: Account) -> AsyncIterator[Hall]:
    token, other = new_token(room.pk), new_token(room.pk)
    link = await act(stage_token, room)
    entrances: dict[str, Entrance] = {
        "phone that votes": partial(joined, door, room, token=token),
        "laptop of the voter": partial(joined, door, room, token=token),
        "somebody else": partial(joined, door, room, token=other),
        "anonymous stage": partial(staged, door, room),
        "trusted stage": partial(staged, door, room, stage_token=link),
        "host": partial(hosted, door, room, alice),
    }
    async with AsyncExitStack() as stack:
        watchers = []
        for name, entrance in entrances.items():
            watcher = Watcher(name, entrance, await stack.enter_async_context(entrance()))
            watcher.mirror.take(watcher.socket.snapshot)
            watchers.append(watcher)
        yield Hall(watchers)


def _on(deed: Callable[..., object], *args: Any, **kwargs: Any) -> Deed:
    return partial(act, deed, *args, **kwargs)


async def test_the_life_of_a_poll(door: Door, room: Room, alice: Account):
    await act(rooms.edit_room, room, title="Keynote", results="after_vote")
    first = await act(make_poll, room, prompt="First?", is_open=False)
    second = await act(make_poll, room, prompt="Second?", kind="ranking", seconds=600, is_open=False)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        for name, deed in {
            "open": _on(lifecycle.open_poll, first),
            "vote": lambda: cast(first, {"option": 1}),
            "vote again": lambda: cast(first, {"option": 2}, seq=2),
            "the same once more": lambda: cast(first, {"option": 2}, seq=3),
            "withdraw": lambda: cast(first, None, seq=4),
            "vote after all": lambda: cast(first, {"option": 3}, seq=5),
            "open another with a countdown": _on(lifecycle.open_poll, second),
            "rank": lambda: cast(second, {"options": [3, 1]}),
            "give time": _on(lifecycle.extend_countdown, second),
            "stop the countdown": _on(lifecycle.stop_countdown, second),
            "close": _on(lifecycle.close_poll, first),
            "hide": _on(lifecycle.hide_results, first),
            "show": _on(lifecycle.show_results, first),
            "put on stage": _on(lifecycle.put_on_stage, room, second),
            "archive": _on(lifecycle.archive_poll, first),
            "open from the archive": _on(lifecycle.open_poll, first),
            "vote in the new round": lambda: cast(first, {"option": 1}),
            "close the new round": _on(lifecycle.close_poll, first),
            "reset": _on(lifecycle.reset_poll, first),
            "close the other": _on(lifecycle.close_poll, second),
            "reset while it is on stage": _on(lifecycle.reset_poll, second),
        }.items():
            await hall.does(name, deed)


async def test_the_life_of_a_room(door: Door, room: Room, alice: Account):
    first, second, third = [await act(make_poll, room, prompt=f"Question {n}?") for n in (1, 2, 3)]
    draft = await act(make_poll, room, prompt="Draft?", is_open=False)
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        await hall.does("vote", lambda: cast(first, {"option": 1}))
        for name, deed in {
            "blank": _on(lifecycle.set_screen, room, Screen.BLANK),
            "how to join": _on(lifecycle.set_screen, room, Screen.JOIN),
            "content": _on(lifecycle.set_screen, room, Screen.CONTENT),
            "title": _on(rooms.edit_room, room, title="Closing", results="live"),
            "results for hosts": _on(rooms.edit_room, room, title="Closing", results="host"),
            "results after the vote": _on(rooms.edit_room, room, title="Closing", results="after_vote"),
            "results after the close": _on(rooms.edit_room, room, title="Closing", results="after_close"),
            "edit a draft": _on(polls.edit_poll, draft, _draft("Edited?", ["Yes", "No"])),
            "add a draft": _on(polls.add_poll, room, _draft("Another?", ["A", "B", "C"])),
            "a draft on stage": _on(lifecycle.put_on_stage, room, draft),
            "a step that opens it": lambda: act(_step, room),
            "last to the front": _on(polls.move_poll, third, position=0),
            "front to the middle": _on(polls.move_poll, third, position=2),
            "delete what has votes": _on(polls.remove_poll, first),
            "delete what is on stage": _on(polls.remove_poll, draft),
            "nothing on stage": _on(lifecycle.put_on_stage, room, None),
            "results of one poll": _on(polls.edit_poll, second, _draft(second.prompt, None, results="live")),
            "revoke": _on(lifecycle.hide_results, second),
            "end": _on(rooms.end_room, room),
        }.items():
            await hall.does(name, deed)


async def test_the_life_of_texts(door: Door, room: Room, alice: Account):
    cloud = await act(make_poll, room, kind="word_cloud", options=())
    wall = await act(make_poll, room, kind="open_text", options=(), settings={"hold": True})
    choice = await act(make_poll, room, settings={"other": True})
    async with hall_of(door, room, alice) as hall:
        cast = hall.voter.cast
        for name, deed in {
            "words": lambda: cast(cloud, {"texts": ["Python", "rude"]}),
            "hide a word": _on(moderation.hide_text, cloud, 1, "rude"),
            "other words": lambda: cast(cloud, {"texts": ["PYTHON", "tea"]}, seq=2),
            "mend a word": _on(moderation.edit_text, cloud, 1, "tea", "Tea"),
            "an answer that waits": lambda: cast(wall, {"texts": ["a thought"]}),
            "approve it": _on(_decide, "show_text", "a thought"),
            "hold it again": _on(_decide, "hold_text", "a thought"),
            "another answer": lambda: cast(wall, {"texts": ["another"]}, seq=2),
            "hide that": _on(_decide, "hide_text", "another"),
            "name something else": lambda: cast(choice, {"other": "Vim"}),
            "hide what was named": _on(moderation.hide_text, choice, 1, "vim"),
            "choose after all": lambda: cast(choice, {"option": 1}, seq=2),
            "withdraw": lambda: cast(cloud, None, seq=3),
            "close": _on(lifecycle.close_poll, wall),
            "approve after the close": _on(_decide, "show_text", "another"),
            "reset": _on(lifecycle.reset_poll, wall),
        }.items():
            await hall.does(name, deed)


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
        for name, deed in {
            "ask": lambda: say(hall.voter, "question.ask", seq=1, text="Mine?"),
            "top questions on stage": _on(lifecycle.set_screen, room, Screen.QUESTIONS),
            "vote up": lambda: say(hall.voter, "question.upvote", question=first.code, on=True),
            "others vote up": _on(many_upvotes, first, second),
            "no longer": lambda: say(hall.voter, "question.upvote", question=first.code, on=False),
            "up again": lambda: say(hall.voter, "question.upvote", question=first.code, on=True),
            "hold": _on(desk.hold_question, held),
            "approve": _on(desk.approve_question, held),
            "hide": _on(desk.hide_question, held),
            "edit": _on(desk.edit_question, first, "First of all?"),
            "reply": _on(desk.reply_to_question, first, "So."),
            "pin": _on(desk.pin_question, first),
            "merge what is on stage": _on(desk.merge_question, first, second),
            "a voice for what was merged": _on(upvote, first),
            "pin the other": _on(desk.pin_question, second),
            "split": _on(desk.split_question, first),
            "answer": _on(desk.answer_question, second),
            "a poll on stage": _on(make_poll, room),
            "unpin": _on(desk.unpin_question, room),
            "archive": _on(desk.archive_question, second),
            "hide what one has asked": _on(hide_last, room),
            "pause": _on(switch_asking, room, Asking.PAUSED),
            "off": _on(switch_asking, room, Asking.OFF),
            "on": _on(switch_asking, room, Asking.OPEN),
            "take back": lambda: withdraw_last(hall.voter, room),
        }.items():
            await hall.does(name, deed)


async def say(socket: Socket, kind: str, **fields: Any) -> Message:
    """Say something about questions; it is acknowledged."""
    await socket.say(kind, id="said", **fields)
    answer = await socket.answer("said")
    assert answer["type"] == "ack", answer
    return answer


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
