"""The proof of the quiz: workers die while a hall plays, and the board is what the acknowledgements say."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from tests.fault.host import CSRF, sign_in
from tests.fault.node import Node
from tests.fault.quiz import JOIN_AT_ONCE, TEAMS, Player, Quiz, corrected, questions, room_file
from tests.fault.quiz_model import Question, Standing, standings, team_standings
from tests.fault.stand import EMAIL, PASSWORD, SqliteStand, Stand
from tests.fault.web import NoAnswerError, post
from tests.stores.processes import send

N_QUESTIONS = 12
N_PLAYERS = 1000
SEED = 20261122
KILLED_AT = (4, 9)
CORRECTED, CORRECTED_AT = 1, 10  # the one that counts by speed and in a streak, when the tenth is over
LOOK_AGAIN_S = 0.05
PATIENCE_S = 60.0


class TwoWorkers(SqliteStand):
    """The embedded database, and two processes on it that know of each other by the version poll alone."""

    def build(self) -> None:
        super().build()
        self.nodes = [Node(self.nodes[0].server, "server", workers=2)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sqlite_workers() -> AsyncIterator[Stand]:
    stand = TwoWorkers()
    try:
        await asyncio.to_thread(stand.start)
        stand.session_key = await sign_in(stand.nodes[0].url, EMAIL, PASSWORD)
        yield stand
    finally:
        await asyncio.to_thread(stand.stop)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_quiz_ends_as_its_acknowledgements_say_though_workers_die(sqlite_workers: Stand) -> None:
    await play(sqlite_workers, Random(SEED), n_players=N_PLAYERS)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_quiz_on_two_nodes_ends_as_its_acknowledgements_say(postgresql: Stand) -> None:
    await play(postgresql, Random(SEED), n_players=150)


async def play(stand: Stand, rng: Random, *, n_players: int) -> None:
    asked = questions(N_QUESTIONS)
    quiz = await open_room(stand, room_file(asked, str(n_players)), asked)
    door = asyncio.Semaphore(JOIN_AT_ONCE)
    players = [Player(quiz, f"Player {number}", Random(rng.random())) for number in range(n_players)]
    hall = [asyncio.create_task(player.live(door)) for player in players]
    try:
        await until(lambda: len(quiz.standings) == n_players, "everybody has a name")
        for number, code in enumerate(quiz.codes):
            if number == CORRECTED_AT:
                asked = corrected(asked, CORRECTED)
                await load(stand, room_file(asked, str(n_players)))
            await host_does(stand, quiz, "open", code)
            if number in KILLED_AT:
                await until(lambda code=code: quiz.n_done(code) > n_players / 4, "a quarter has answered")
                victim = rng.choice([node for node in stand.nodes if node.workers > 1])
                send(rng.choice(victim.worker_pids()), signal.SIGKILL)
            # Not all: some are acknowledged after the close, or never.
            await until(lambda code=code: quiz.n_done(code) >= n_players * 0.97, f"{code} is answered")
            await host_does(stand, quiz, "close", code)
        await host_does(stand, quiz, "board")
        await until(lambda: has_heard_the_end(quiz, n_players), "everybody knows the end")
    finally:
        quiz.is_over = True
        for task in hall:
            task.cancel()
        await asyncio.gather(*hall, return_exceptions=True)
    right = standings(asked, {player.name: quiz.acks[player.name] for player in players})
    told = {name: Standing(own["place"], own["points"], own["streak"]) for name, own in quiz.standings.items()}
    assert {name: (told[name], right[name]) for name in right if told[name] != right[name]} == {}
    board = quiz.boards[players[0].name]
    assert (board["n_players"], board["n_questions"], board["is_final"]) == (n_players, N_QUESTIONS, True)
    lines = [Standing(line["place"], line["points"], line["streak"]) for line in board["players"]]
    assert lines == [right[line["name"]] for line in board["players"]]
    assert [line.place for line in lines] == sorted(one.place for one in right.values())[: len(lines)]
    teams = {name: own["team"] for name, own in quiz.standings.items()}
    assert [(line["place"], line["name"], line["points"]) for line in board["teams"]] == team_standings(right, teams)
    assert {*teams.values()} == {*TEAMS}
    assert_speed_counted(asked, quiz)
    assert quiz.early == []


def assert_speed_counted(asked: list[Question], quiz: Quiz) -> None:
    """The proof is none if all are equally fast."""
    keys = [question.key for question in asked if question.by_speed]
    elapsed = [acked.elapsed_ms for own in quiz.acks.values() for key in keys for acked in own[key]]
    late = [ms for ms in elapsed if ms > 0]
    assert len(late) > len(elapsed) / 5
    assert len(set(late)) > 100


def has_heard_the_end(quiz: Quiz, n_players: int) -> bool:
    last = list(quiz.codes)[-1]
    return len(quiz.boards) == n_players and all(own["last"] == last for own in quiz.standings.values())


async def open_room(stand: Stand, text: str, asked: list[Any]) -> Quiz:
    room = await load(stand, text)
    codes = {poll["code"]: question for poll, question in zip(room["polls"], asked, strict=True)}
    return Quiz(room["join_code"], stand.addresses, codes)


async def load(stand: Stand, text: str) -> Any:
    """Make the room, or make it as the file now says."""
    file = stand.folder / "quiz.toml"
    file.write_text(text)
    loaded = await asyncio.to_thread(stand.server.manage, "load_room", str(file), "--json")
    assert loaded.returncode == 0, loaded.stderr
    return json.loads(loaded.stdout)


async def host_does(stand: Stand, quiz: Quiz, verb: str, code: str = "") -> None:
    """Post it until somebody says that it is done: every deed may be repeated."""
    headers = {"Cookie": f"csrftoken={CSRF}; sessionid={stand.session_key}", "X-CSRFToken": CSRF}
    for _ in range(round(PATIENCE_S / LOOK_AGAIN_S)):
        try:
            url = f"{stand.addresses[0]}/rooms/{quiz.join_code}/act"
            answer = await post(url, {"verb": verb, "poll": code}, {**headers, "Accept": "application/json"})
        except NoAnswerError:
            await asyncio.sleep(LOOK_AGAIN_S)
            continue
        assert answer.status in {204, 503}, answer.body[:300]
        if answer.status == 204:
            return
    raise AssertionError(f"Nobody answered {verb}")


async def until(is_so: Any, what: str) -> None:
    for _ in range(round(PATIENCE_S / LOOK_AGAIN_S)):
        if is_so():
            return
        await asyncio.sleep(LOOK_AGAIN_S)
    raise AssertionError(f"It did not come to pass that {what}")
