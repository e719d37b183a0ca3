"""The rooms of a run."""

from __future__ import annotations

from pathlib import Path

from bench.product import environment, serve_command
from bench.rooms import Rooms, room_file
from bench.scale import Scale
from live_polls.domain.room_file import parse_room_file


def test_the_product_understands_the_room_files():
    plan = parse_room_file(room_file("spike", n_polls=3, n_options=4).encode())

    assert (plan.slug, plan.results) == ("spike", "live")
    assert [len(poll.draft.options) for poll in plan.polls] == [4, 4, 4]


def test_each_server_gets_a_copy_of_the_prepared_data(tmp_path: Path):
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "db.sqlite3").write_text("rooms")
    rooms = Rooms(prepared, {}, {})

    first, second = rooms.copy(), rooms.copy()
    (first / "db.sqlite3").write_text("ballots")

    assert (second / "db.sqlite3").read_text() == "rooms"


def test_the_largest_room_has_a_token_for_everybody(tmp_path: Path):
    scale = Scale(folder=tmp_path, fanout_listeners=(100, 3_000), spike_sizes=(500,))

    assert scale.n_tokens == 3_100


def test_a_measured_server_has_its_own_data_and_no_other_database(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere/polls")

    env = environment(tmp_path)

    assert "DATABASE_URL" not in env
    assert env["DATA_DIR"] == str(tmp_path)


def test_a_profile_is_written_by_the_interpreter_that_serves(tmp_path: Path):
    assert "cProfile" not in serve_command(8000, None)
    assert str(tmp_path / "serve.prof") in serve_command(8000, tmp_path / "serve.prof")
