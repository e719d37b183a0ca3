from __future__ import annotations

import segno

from live_polls.management.terminal_qr import terminal_qr

URL = "http://192.168.1.20:8000/j/K7QM2X"
HALVES = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}


def test_the_code_on_the_terminal_is_the_code_of_the_address():
    lines = terminal_qr(URL).splitlines()[:-1]

    dark = [[HALVES[sign][half] for sign in line] for line in lines for half in (0, 1)]

    wanted = [list(row) for row in segno.make(URL, error="l").matrix_iter(border=2)]
    assert dark[: len(wanted)] == wanted
