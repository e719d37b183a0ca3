"""The rooms of the scenarios, as the room files that `load_room` reads."""

from __future__ import annotations


def room_file(*, n_polls: int, n_options: int) -> str:
    """Write a room of open single choice polls, results live."""
    options = ", ".join(f'"Answer {number}"' for number in range(1, n_options + 1))
    polls = "".join(
        f'[[polls]]\nkind = "single_choice"\nprompt = "Which one, part {number}?"\n'
        f'options = [{options}]\nstate = "open"\n'
        for number in range(1, n_polls + 1)
    )
    return f'[room]\nslug = "bench"\ntitle = "Bench"\nresults = "live"\n{polls}'
