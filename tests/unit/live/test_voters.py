from __future__ import annotations

import pytest

from live_polls.live.voters import Polls, Voters


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (frozenset({1}), frozenset({1}), frozenset({1})),
        (frozenset({1}), frozenset({2}), frozenset({1, 2})),
        (None, frozenset({2}), None),
        (frozenset({1}), None, None),
    ],
)
def test_who_is_added_twice_is_looked_at_for_both_reasons(first: Polls, second: Polls, both: Polls):
    voters = Voters()
    voters.add(["ann"], first)
    voters.add(["ann"], second)

    assert voters.take(5) == {"ann": both}
    assert not voters


def test_no_more_are_taken_than_are_asked_for_and_all_in_their_turn():
    voters = Voters()
    voters.add(["ann", "bob", "cem"])

    assert list(voters.take(2)) == ["ann", "bob"]
    assert list(voters.take(2)) == ["cem"]


def test_who_is_put_back_waits_again_and_for_what_came_meanwhile_too():
    voters = Voters()
    voters.add(["ann"], frozenset({1}))
    taken = voters.take(1)
    voters.add(["ann"], frozenset({2}))
    voters.put_back(taken)

    assert voters.take(1) == {"ann": frozenset({1, 2})}
