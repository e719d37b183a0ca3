"""A vote and a moderated talk through two servers on PostgreSQL and Redis, in a real browser."""

# ruff: noqa: F811 -- fixtures of another module are known by their names
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, load_room
from tests.browser.rooms import DATABASE
from tests.browser.test_moderation import load, load_talk, moderate_a_talk, open_desk, states  # noqa: F401 -- fixtures too
from tests.nodes.hall import Hall, running
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}

Nodes = tuple[ServerProcess, ServerProcess]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    hall = Hall(tmp_path_factory.mktemp("hall"))
    try:
        one, other = hall.node(), hall.node()
        with running(one), running(other):
            yield one, other
    finally:
        hall.remove()


@pytest.fixture(scope="module")
def house(nodes: Nodes) -> ServerProcess:
    """Where rooms are loaded."""
    return nodes[0]


def test_a_vote_at_one_node_moves_the_stage_at_the_other_and_back_goes_the_close(nodes: Nodes, visit: OpenPage) -> None:
    room = load_room(nodes[0], DATABASE)
    elsewhere = replace(room, server=nodes[1])
    phone = visit(room.url)
    stage = visit(f"{nodes[1].url}/stage/{room.join_code}", viewport=PROJECTOR)
    for page in (phone, stage):
        expect(page.locator("body")).to_have_attribute("data-link", "live")
    bars = stage.locator(".stage-poll .bars > li")

    phone.get_by_role("radio", name="SQLite").check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(phone.get_by_text("Counted", exact=True)).to_be_visible()
    expect(bars.nth(1)).to_contain_text("100% 1")
    phone.get_by_text("Change my vote").click()
    phone.get_by_role("radio", name="MySQL").check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(bars.nth(2)).to_contain_text("100% 1")
    elsewhere.act("close", 0)
    expect(phone.get_by_text("Change my vote")).to_be_hidden()

    assert [each.tally()["counts"] for each in (room, elsewhere)] == [{"1": 0, "2": 0, "3": 1}] * 2


def test_a_talk_is_moderated_at_two_nodes_at_once(
    nodes: Nodes,
    load_talk,
    open_desk,
    visit: OpenPage,
) -> None:
    room = load_talk()
    moderate_a_talk(room, replace(room, server=nodes[1]), open_desk, visit)
