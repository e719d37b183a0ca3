from __future__ import annotations

import pytest

from live_polls.domain.ballot_rows import BallotRow
from live_polls.domain.receipts import receipt

ROW = BallotRow(1, 2, "alice", 3, '{"option":1}')
KEY = "k" * 32


def test_receipt_is_the_same_for_the_same_ballot():
    assert receipt(KEY, ROW) == receipt(KEY, BallotRow(*ROW))
    assert len(receipt(KEY, ROW)) == 24


@pytest.mark.parametrize(
    "change",
    [{"poll_id": 9}, {"round": 9}, {"participant": "bob"}, {"seq": 9}, {"answer": '{"option":2}'}, {"answer": None}],
    ids=repr,
)
def test_receipt_is_another_one_for_every_other_ballot(change):
    assert receipt(KEY, ROW._replace(**change)) != receipt(KEY, ROW)


def test_receipt_needs_the_secret_of_the_room():
    assert receipt("j" * 32, ROW) != receipt(KEY, ROW)
