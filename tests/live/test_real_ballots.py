"""The 143 real ballots over real sockets, against a real server process, in bad conditions."""

from __future__ import annotations

import pytest

from tests.real_voters import read_state, vote_all
from tests.server_process import running_server
from tests.unit.ballots_data import N_BALLOTS, answers_of_phones, right_tallies, room_file


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path) as server:
        yield server


@pytest.mark.parametrize("seed", [2026])
async def test_the_real_ballots_are_counted_exactly_as_by_hand(server, seed):
    room = server.load_room(room_file())
    codes = {poll["kind"]: poll["code"] for poll in room["polls"]}

    receipts, conditions = await vote_all(server.url, room["join_code"], answers_of_phones(codes), seed=seed)

    state = read_state(server.url, room["join_code"])
    assert {poll["kind"]: poll["tally"] for poll in state["polls"]} == right_tallies()
    assert len(set(receipts)) == 3 * N_BALLOTS
    assert conditions.n_sent == 6 * N_BALLOTS
    assert conditions.n_cut > N_BALLOTS / 2
    recounted = server.manage("recount")
    assert (recounted.returncode, recounted.stdout) == (0, "Every tally is what its ballots say.\n")
