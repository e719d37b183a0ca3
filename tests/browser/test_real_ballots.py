"""The 143 real ballots are voted in while the stage watches; it must end on exactly what a count by hand gives."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.real_voters import vote_all
from tests.server_process import ServerProcess
from tests.unit.ballots_data import N_BALLOTS, answers_of_phones, read_ballots, right_tallies, room_file

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}


def vote(server: ServerProcess, room: dict[str, Any], seed: int) -> None:
    """Every ballot over real sockets; in a thread, because the browser has the event loop of this one."""
    phones = answers_of_phones({poll["kind"]: poll["code"] for poll in room["polls"]})
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, vote_all(server.url, room["join_code"], phones, seed=seed)).result()


def expect_picture(page: Page, kind: str, tally: dict[str, Any]) -> None:
    """The bars of this poll, and the table beside them, show exactly this tally."""
    poll = page.locator(f'#poll [data-kind="{kind}"]')
    expect(poll).to_be_visible()
    expect(page.locator("#n-ballots")).to_have_text(f"{N_BALLOTS} votes")
    for number, name in enumerate(read_ballots()[0], start=1):
        n = str(tally["counts"][str(number)])
        bar, row = poll.locator(f'li[data-row="{number}"]'), poll.locator(f'tr[data-row="{number}"]')
        expect(bar.locator("[data-text]")).to_have_text(name)
        expect(row.locator("[data-text]")).to_have_text(name)
        expect(row.locator('[data-figure="count"]')).to_have_text(n)
        if kind == "ranking":
            first = str(tally["first"][str(number)])
            expect(bar.locator('[data-figure="points"]')).to_have_text(f"{n} points")
            expect(row.locator('[data-figure="first_count"]')).to_have_text(first)
        else:
            expect(bar.locator('[data-figure="count"]')).to_have_text(n)


def test_the_stage_ends_on_exactly_the_count_by_hand(server: ServerProcess, visit: OpenPage) -> None:
    room = server.load_room(room_file())
    page = visit(room["urls"]["stage"], viewport=PROJECTOR)
    expect(page.locator("#poll [data-poll]")).to_be_visible()

    vote(server, room, seed=143)

    for key, (kind, tally) in enumerate(right_tallies().items(), start=1):
        page.keyboard.press(str(key))
        expect_picture(page, kind, tally)
