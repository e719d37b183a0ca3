from __future__ import annotations

import random
from itertools import product

import pytest

from live_polls.domain.suppression import Cell, K, Veil, veiled

Tables = list[list[int]]


def possible_values(table: Tables, shown: list[list[Cell]]) -> dict[tuple[int, int], set[int]]:
    """By brute force, every value that each veiled cell may have for who knows what is shown and all totals of options.

    Written apart from the product: it tries all tables, row by row.
    """
    n_rows, n_columns = len(table), len(table[0])
    row_totals = [sum(row) for row in table[:-1]]
    column_totals = [sum(row[at] for row in table) for at in range(n_columns - 1)]
    most = max(row_totals + column_totals, default=0)
    values: dict[tuple[int, int], set[int]] = {}
    is_told = any(cell is Veil.FEWER for line in shown for cell in line)
    choices = []
    for row in range(n_rows):
        cells = [
            [0] if (row, at) == (n_rows - 1, n_columns - 1) else worth(shown[row][at], most, is_told=is_told)
            for at in range(n_columns)
        ]
        choices.append([line for line in product(*cells) if row == n_rows - 1 or sum(line) == row_totals[row]])
    for candidate in product(*choices):
        if all(sum(row[at] for row in candidate) == column_totals[at] for at in range(n_columns - 1)):
            for row, line in enumerate(candidate):
                for at, value in enumerate(line):
                    if isinstance(shown[row][at], Veil) and (row, at) != (n_rows - 1, n_columns - 1):
                        values.setdefault((row, at), set()).add(value)
    return values


def worth(cell: Cell, most: int, *, is_told: bool) -> list[int]:
    if cell is Veil.FEWER:
        return list(range(K))
    if cell is Veil.HIDDEN:
        return list(range(K if is_told else 0, most + 1))
    assert isinstance(cell, int)
    return [cell]


def random_table(chance: random.Random) -> Tables:
    size = chance.choice([2, 3])
    most = chance.choice([2, 4, 7])
    table = [[max(0, chance.randint(-2, most)) for _ in range(size)] for _ in range(size)]
    table[-1][-1] = 0
    return table


@pytest.mark.parametrize("seed", range(150))
def test_no_veiled_cell_can_be_worked_out(seed):
    table = random_table(random.Random(seed))

    shown = veiled(table)

    if shown is not None:
        for place, values in possible_values(table, shown).items():
            assert len(values) > 1, (table, shown, place)
            assert table[place[0]][place[1]] in values


@pytest.mark.parametrize("seed", range(150))
def test_what_is_shown_is_true_and_never_of_few_people(seed):
    table = random_table(random.Random(seed))

    for row, line in enumerate(veiled(table) or []):  # None says nothing at all
        for column, cell in enumerate(line):
            if isinstance(cell, int):
                assert cell == table[row][column]
                assert cell == 0 or cell >= K
            elif (row, column) != (len(table) - 1, len(line) - 1):
                assert cell is Veil.HIDDEN or table[row][column] < K


def test_many_people_are_shown_as_they_are():
    table = [[20, 5, 4], [6, 30, 3], [7, 8, 0]]

    assert veiled(table) == [[20, 5, 4], [6, 30, 3], [7, 8, Veil.HIDDEN]]


def test_a_cell_that_stands_alone_hides_others_with_it():
    shown = veiled([[20, 1, 4], [6, 30, 3], [7, 8, 0]])

    assert shown is not None
    assert shown[0][1] is Veil.FEWER
    assert [cell for line in shown for cell in line].count(Veil.HIDDEN) > 1
    assert shown[1][1] == 30


def test_that_nobody_moved_there_is_no_secret():
    shown = veiled([[20, 0, 9], [4, 0, 0], [5, 0, 0]])

    assert shown == [[20, 0, 9], [4, 0, 0], [5, 0, Veil.HIDDEN]]


def test_of_a_handful_of_people_little_is_told():
    shown = veiled([[1, 0, 0], [0, 1, 0], [0, 0, 0]])

    assert shown is None or not any(cell for line in shown for cell in line if isinstance(cell, int))


def test_an_option_of_a_single_person_hides_no_more_than_it_must():
    shown = veiled([[9, 8, 0, 3], [4, 6, 1, 0], [3, 0, 0, 4], [3, 5, 0, 0]])

    assert shown is not None
    assert shown[1][2] is Veil.FEWER
    assert sum(isinstance(cell, Veil) for line in shown for cell in line) <= 5


def test_a_large_table_takes_no_time():
    chance = random.Random(7)
    table = [[chance.choice([0, 0, 1, 2, 40]) for _ in range(21)] for _ in range(21)]

    assert veiled(table) is not None
