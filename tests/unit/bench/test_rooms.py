"""The rooms of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.product import environment, serve_command
from bench.rooms import Rooms, room_file
from bench.scale import quick
from bench.scenarios import kinds
from bench.stores import SqliteStores
from live_polls.domain.room_file import parse_room_file
from live_polls.kinds import KINDS


def test_the_product_understands_the_room_files():
    plan = parse_room_file(room_file("spike", n_polls=3, n_options=4).encode())

    assert (plan.slug, plan.results) == ("spike", "live")
    assert [len(poll.draft.options) for poll in plan.polls] == [4, 4, 4]


def test_the_room_of_kinds_asks_in_every_way_that_takes_answers(tmp_path: Path):
    plan = parse_room_file(kinds.room(quick(tmp_path)).encode())

    kinds_asked = [name for name, kind in KINDS.items() if kind.takes_answers]
    assert [poll.draft.kind for poll in plan.polls[::2]] == kinds_asked  # those that stay empty
    assert [poll.draft.kind for poll in plan.polls[1::2]] == kinds_asked  # and those that are filled


def test_each_server_gets_a_copy_of_the_prepared_data(tmp_path: Path):
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "db.sqlite3").write_text("rooms")
    rooms = Rooms(SqliteStores(), {"DATA_DIR": str(prepared)}, {}, {})

    first, second = (Path(rooms.copy()["DATA_DIR"]) for _ in range(2))
    (first / "db.sqlite3").write_text("ballots")

    assert (second / "db.sqlite3").read_text() == "rooms"


def test_the_largest_room_has_a_token_for_everybody(tmp_path: Path):
    scale = replace(quick(tmp_path), fanout_listeners=(100, 3_000), spike_sizes=(500,))

    assert scale.n_tokens == 3_100


def test_a_measured_server_has_its_own_data_and_no_other_database(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere/polls")

    env = environment(tmp_path)

    assert "DATABASE_URL" not in env
    assert env["DATA_DIR"] == str(tmp_path)


def test_a_profile_is_written_by_the_interpreter_that_serves(tmp_path: Path):
    assert "cProfile" not in serve_command(8000, None)
    assert str(tmp_path / "serve.prof") in serve_command(8000, tmp_path / "serve.prof")
