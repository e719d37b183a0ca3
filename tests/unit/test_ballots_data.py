from __future__ import annotations

from tests.unit.ballots_data import N_BALLOTS, RightCount, read_ballots, read_right_counts


def test_a_count_by_hand_gives_the_table_beside_the_ballots():
    names, ballots = read_ballots()

    by_hand = [
        RightCount(
            option=name,
            first=sum(ballot[0] == number for ballot in ballots),
            first_three=sum(number in ballot[:3] for ballot in ballots),
            ranked=sum(number in ballot for ballot in ballots),
            borda=sum(8 - ballot.index(number) for ballot in ballots if number in ballot),
        )
        for number, name in enumerate(names, start=1)
    ]
    assert len(ballots) == N_BALLOTS
    assert by_hand == read_right_counts()
