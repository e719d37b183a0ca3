from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from live_polls.domain.visibility import Viewer
from live_polls.live.connections import Change, Connection
from live_polls.live.faces import Face, face_of
from live_polls.live.fan_out import Audience
from live_polls.live.frames import Frame
from tests.unit.live.room_views import make_poll_view, make_view
from tests.unit.live.wires import Wire

VOTED = frozenset({("a", 1)})
OWN: Change = (("me", "a"), Frame(b'"own"'))


def make_connection(
    viewer: Viewer = Viewer.AUDIENCE, participant: str | None = None, voted: frozenset[tuple[str, int]] = frozenset()
) -> Connection:
    connection = Connection(Wire(), viewer, participant)
    connection.voted = voted
    return connection


def received(connection: Connection) -> list[Any]:
    assert isinstance(connection.wire, Wire)
    return connection.wire.received


def audience_of(*connections: Connection) -> Audience:
    audience = Audience()
    for connection in connections:
        audience.add(connection)
    return audience


def faces_of(rule: str = "after_vote", viewer: Viewer = Viewer.AUDIENCE) -> tuple[Face, Face]:
    """Before and after somebody changed a vote: equal to those who may not see counts."""
    before = make_poll_view(results=rule)
    after = replace(before, counters={**before.counters, "1": 1})
    return face_of(make_view(before), viewer), face_of(make_view(after, version=2), viewer)


# Who is here


def test_audience_counts_connections_and_participants():
    tabs = [make_connection(participant="alice") for _ in range(2)]
    audience = audience_of(*tabs, make_connection(participant="bob"), make_connection(Viewer.HOST))

    assert (len(audience), audience.n_participants) == (4, 2)
    assert list(audience.of_participant("alice")) == tabs
    assert [connection.viewer for connection in audience] == [Viewer.AUDIENCE] * 3 + [Viewer.HOST]


def test_adding_and_discarding_may_be_repeated():
    alice = make_connection(participant="alice")
    audience = audience_of(alice, alice)
    assert (len(audience), list(audience.of_participant("alice"))) == (1, [alice])

    audience.discard(alice)
    audience.discard(alice)

    assert (len(audience), audience.n_participants, list(audience.of_participant("alice"))) == (0, 0, [])


def test_participant_is_known_by_either_key_until_gone():
    alice = Connection(Wire(), Viewer.AUDIENCE, "alice", "voice of alice")
    audience = audience_of(alice)
    assert [audience.who_has(key) for key in ("alice", "voice of alice", "bob", "")] == ["alice", "alice", None, None]
    assert audience.voice_of("alice") == "voice of alice"

    audience.discard(alice)

    assert [audience.who_has(key) for key in ("alice", "voice of alice")] == [None, None]
    assert audience.voice_of("alice") == ""


def test_participant_is_here_until_the_last_tab_is_gone():
    tabs = [make_connection(participant="alice") for _ in range(2)]
    audience = audience_of(*tabs)

    audience.discard(tabs[0])
    assert audience.n_participants == 1
    audience.discard(tabs[1])

    assert audience.n_participants == 0


def test_discarding_a_stranger_changes_nothing():
    audience = audience_of(make_connection(participant="alice"))

    audience.discard(make_connection(participant="alice"))
    audience.discard(make_connection(Viewer.HOST))

    assert (len(audience), audience.n_participants) == (1, 1)


def test_connections_of_a_viewer_are_found():
    host = make_connection(Viewer.HOST)
    audience = audience_of(make_connection(), host)

    assert list(audience.of_viewer(Viewer.HOST)) == [host]
    assert list(audience.of_viewer(Viewer.TRUSTED_STAGE)) == []


# Showing


def test_show_writes_to_all_and_notes_where_they_stand():
    connections = [make_connection() for _ in range(3)]

    audience_of(*connections).show(connections, [OWN, (("room", ""), Frame(b'"room"'))], 5)

    assert [received(connection) for connection in connections] == [["own", "room"]] * 3
    assert {connection.version for connection in connections} == {5}


def test_unversioned_states_leave_connections_where_they_stand():
    connection = make_connection()
    connection.version = 5

    Audience().show([connection], [(("presence", ""), Frame(b'"three"'))])

    assert connection.version == 5


def test_show_keeps_states_for_those_who_cannot_take_them_now():
    slow, quick = make_connection(), make_connection()
    slow.ready = False

    Audience().show([slow, quick], [OWN], 5)

    assert (received(slow), received(quick)) == ([], ["own"])
    slow.resume()
    assert received(slow) == ["own"]


@pytest.mark.parametrize(("rule", "n_others"), [("live", 1), ("after_vote", 0), ("host", 0)])
def test_changes_go_to_those_who_may_see_them(rule, n_others):
    voter, other, host = make_connection(voted=VOTED), make_connection(), make_connection(Viewer.HOST)
    audience = audience_of(voter, other, host)

    audience.show_changes(Viewer.AUDIENCE, *faces_of(rule), {})

    n_voters = 0 if rule == "host" else 1
    assert [len(received(connection)) for connection in (voter, other, host)] == [n_voters, n_others, 0]
    assert [connection.version for connection in (voter, other, host)] == [2 * n_voters, 2 * n_others, 0]


def test_old_votes_make_no_cohort_of_their_own():
    connections = [make_connection(voted=frozenset({("a", 1), ("old", n)})) for n in range(3)]

    audience_of(*connections).show_changes(Viewer.AUDIENCE, *faces_of(), {})

    assert [len(received(connection)) for connection in connections] == [1, 1, 1]


def test_ones_own_comes_first_and_in_one_write():
    voter, other = make_connection(voted=VOTED), make_connection(voted=VOTED)

    audience_of(voter, other).show_changes(Viewer.AUDIENCE, *faces_of(), {voter: [OWN]})

    assert isinstance(voter.wire, Wire)
    assert voter.wire.n_writes == 1
    assert received(voter) == ["own", *received(other)]
    assert {voter.version, other.version} == {2}


def test_ones_own_comes_also_where_nothing_else_has_changed():
    voter, other = make_connection(), make_connection()

    audience_of(voter, other).show_changes(Viewer.AUDIENCE, *faces_of(), {voter: [OWN]})

    assert (received(voter), received(other)) == (["own"], [])
    assert (voter.version, other.version) == (2, 0)
