"""A quiz on real sockets: a host who asks, and players who answer, change their minds, lose the line and come back."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.fault.quiz_model import Acked, Question
from tests.fault.web import NoAnswerError, post

ANSWER_WITHIN_S = 4.0
THINK_S = 0.6
# Where speed counts, some have to take longer than the allowance of a second, or no answer earns less than another.
THINK_FOR_SPEED_S = 1.6
TEAMS = ("Red", "Green", "Blue")
JOIN_AT_ONCE = 24
BROKEN = (OSError, WebSocketException, TimeoutError, EOFError)


def questions(n: int) -> list[Question]:
    """Single and multiple choice, with and without speed, with and without a countdown."""
    return [
        Question(
            key=f"q{number}",
            points=(1000, 500, 700)[number % 3],
            by_speed=number % 4 != 3,
            seconds=60 if number % 2 else None,
            right=frozenset({1, 2}) if number % 3 == 2 else frozenset({number % 4 + 1}),
        )
        for number in range(n)
    ]


def room_file(asked: Sequence[Question], name: str) -> str:
    """The quiz as hosts write it."""
    teams = ", ".join(f'"{team}"' for team in TEAMS)
    room = f'[room]\nslug = "quiz-{name}"\ntitle = "Quiz"\nresults = "live"\nteams = [{teams}]\n'
    return room + "".join(map(_poll, asked))


def corrected(asked: Sequence[Question], number: int) -> list[Question]:
    """The same questions, but of this one another option was right all the time."""
    wrong = asked[number]
    right = frozenset(option % 4 + 1 for option in wrong.right)
    return [wrong._replace(right=right) if question is wrong else question for question in asked]


def _poll(question: Question) -> str:
    options = ", ".join(
        f'{{text = "{text}", right = {str(number in question.right).lower()}}}' for number, text in enumerate("ABCD", 1)
    )
    kind = "single_choice" if len(question.right) == 1 else "multiple_choice"
    seconds = f"seconds = {question.seconds}\n" if question.seconds else ""
    return (
        f'[[polls]]\nkey = "{question.key}"\nkind = "{kind}"\nprompt = "Question {question.key}?"\n'
        f"options = [{options}]\npoints = {question.points}\nby_speed = {str(question.by_speed).lower()}\n{seconds}"
    )


@dataclass(slots=True)
class Quiz:
    """What all players know, and what they have been told: `acks` by player and question, `standings` as last heard."""

    join_code: str
    addresses: list[str]
    codes: Mapping[str, Question]
    acks: dict[str, dict[str, list[Acked]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    standings: dict[str, dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    early: list[str] = field(default_factory=list)  # frames that told more than they may
    is_over: bool = False

    def n_done(self, code: str) -> int:
        """How many have had an answer to this question acknowledged."""
        key = self.codes[code].key
        return sum(bool(own.get(key)) for own in self.acks.values())


class Player:
    """One phone with a name."""

    def __init__(self, quiz: Quiz, name: str, rng: Random) -> None:
        self.quiz, self.name, self.rng = quiz, name, rng
        self.token = ""
        self._line: ClientConnection | None = None
        self._polls: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._ready = asyncio.Event()

    async def live(self, door: asyncio.Semaphore) -> None:
        """Come, and come again whenever the line breaks, until the quiz is over."""
        async with door:
            while not self.token:
                self.token = await self._join()
        while not self.quiz.is_over:
            try:
                await self._listen()
            except BROKEN:
                await asyncio.sleep(self.rng.uniform(0.05, 0.5))
            finally:
                self._ready.clear()
        for task in self._tasks.values():
            task.cancel()

    async def _join(self) -> str:
        try:
            address = self.rng.choice(self.quiz.addresses)
            answer = await post(f"{address}/api/v1/rooms/{self.quiz.join_code}/join", b"")
        except NoAnswerError:
            return ""
        return str(answer.json().get("token", ""))

    async def _listen(self) -> None:
        address = self.rng.choice(self.quiz.addresses).replace("http", "ws", 1)
        url = f"{address}/ws/rooms/{self.quiz.join_code}"
        async with connect(
            url, subprotocols=[Subprotocol("live-polls.v1")], proxy=None, compression=None, ping_interval=None
        ) as line:
            self._line = line
            await line.send(json.dumps({"type": "hello", "token": self.token}))
            async for text in line:
                assert isinstance(text, str)
                if not text.startswith('{"type":"tally.changed"'):
                    self._hear(json.loads(text))

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if message.get("id") in self._waiting:
            self._waiting.pop(message["id"]).set_result(message)
        if kind == "snapshot":
            if "player" in message["me"]:
                self.quiz.standings[self.name] = message["me"]["player"]
            elif "name" not in self._tasks:
                self._tasks["name"] = asyncio.create_task(self._take_name())
            self._ready.set()
        elif kind == "player.changed":
            self.quiz.standings[self.name] = message["player"]
        if "board" in message:
            self.quiz.boards[self.name] = message["board"]
        for poll in message.get("polls", [message["poll"]] if kind == "poll.changed" else []):
            self._see(poll)

    def _see(self, poll: dict[str, Any]) -> None:
        code, is_open = poll["code"], poll["state"] == "open"
        if is_open and (any(option.get("right") for option in poll["options"]) or "explanation" in poll):
            self.quiz.early.append(json.dumps(poll))
        if is_open and code not in self._tasks:
            self._tasks[code] = asyncio.create_task(self._answer(poll))

    async def _take_name(self) -> None:
        await self._ask("name", {"type": "player.name", "name": self.name})

    async def _answer(self, poll: dict[str, Any]) -> None:
        """Think, answer, and perhaps think again."""
        question = self.quiz.codes[poll["code"]]
        for seq in range(1, 3 if self.rng.random() < 0.2 else 2):
            await asyncio.sleep(self.rng.uniform(0, THINK_FOR_SPEED_S if question.by_speed else THINK_S))
            options = self._choice(question)
            answer = {"option": options[0]} if poll["kind"] == "single_choice" else {"options": options}
            cast = {"type": "ballot.cast", "poll": poll["code"], "round": 1, "seq": seq, "answer": answer}
            heard = await self._ask(f"{question.key}.{seq}", cast)
            if heard["type"] == "ack":
                acked = Acked(seq, frozenset(options), heard["elapsed_ms"])
                self.quiz.acks[self.name][question.key].append(acked)

    def _choice(self, question: Question) -> list[int]:
        if self.rng.random() < 0.6:
            return sorted(question.right)
        return sorted(self.rng.sample(range(1, 5), k=1 if len(question.right) == 1 else self.rng.randint(1, 3)))

    async def _ask(self, client_id: str, message: dict[str, Any]) -> dict[str, Any]:
        """Send until somebody answers, over as many lines as it takes."""
        while True:
            await self._ready.wait()
            future = self._waiting[client_id] = asyncio.get_running_loop().create_future()
            try:
                assert self._line is not None
                await self._line.send(json.dumps({"id": client_id, **message}))
                heard: dict[str, Any] = await asyncio.wait_for(future, ANSWER_WITHIN_S)
            except BROKEN:
                await asyncio.sleep(0.05)
                continue
            if heard["type"] != "error" or heard["code"] not in {"busy", "internal", "rate_limited"}:
                return heard
            await asyncio.sleep(heard.get("retry_ms", 500) / 1000)
