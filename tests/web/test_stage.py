from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse

from live_polls.domain import lifecycle
from live_polls.domain import question_moderation as desk
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import stage_token
from live_polls.domain.polls import PollDraft, add_poll
from live_polls.domain.rooms import end_room
from live_polls.enums import Asking, Screen
from live_polls.models import Poll, Room
from tests.asking import make_asked, make_asking_room, make_ranked
from tests.factories import make_cast
from tests.web.conftest import As

SEERS = ["host", "co_host", "moderator", "operator"]
BLIND = ["nobody", "stranger"]


def address(room: Room) -> str:
    return reverse("live_polls:stage", args=[room.join_code])


def stage(room: Room, client: Client | None = None) -> str:
    answer = (client or Client()).get(address(room))
    assert answer.status_code == 200
    return answer.content.decode()


def scene(page: str) -> str:
    found = re.search(r'data-scene="(\w+)"', page)
    assert found is not None
    return found[1]


def picture(page: str) -> str:
    """What stands on the big screen, without the moulds for polls to come."""
    return re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)


@pytest.fixture
def voted() -> Callable[[Poll, int], None]:
    def vote(poll: Poll, n: int) -> None:
        cast_batch([make_cast(poll, {"option": 1 + (i == 0)}) for i in range(n)])

    return vote


# How to join


def test_address_code_and_qr_code_are_on_the_screen_before_the_first_poll(room: Room):
    page = stage(room)

    assert scene(page) == "join"
    assert settings.PUBLIC_URL.partition("//")[2] in page
    assert f"{room.join_code[:3]} {room.join_code[3:]}" in page
    assert f"QR code: {settings.PUBLIC_URL}/j/{room.join_code}" in page
    assert page.count("<svg viewBox") >= 2


def test_the_qr_code_has_its_quiet_zone_and_says_the_address_in_capitals(room: Room):
    # 25 modules and 4 on each side: what alphanumeric mode makes of the address; bytes would need 29.
    assert '<svg viewBox="0 0 33 33">' in stage(room)


def test_the_address_of_the_qr_code_opens_the_audience_page(room: Room):
    assert resolve(f"/J/{room.join_code}").func is resolve(f"/j/{room.join_code}").func


@pytest.mark.parametrize(
    ("host", "length"),
    [
        ("polls.example.org", "short"),
        ("192.168.178.121:8000", "short"),
        ("polls.some-university.example", "medium"),
        ("live-polls.conference.university.example", "long"),
        ("live-polls.conference.some-university.example.edu", "huge"),
    ],
)
def test_a_long_address_is_smaller_and_never_cut_off(
    room: Room, monkeypatch: pytest.MonkeyPatch, host: str, length: str
):
    monkeypatch.setattr(settings, "PUBLIC_URL", f"https://{host}")

    page = stage(room)

    assert f'class="join-line" data-length="{length}"' in page
    assert f">{host}<" in page


# Scenes


def test_the_poll_on_stage_is_in_the_first_picture(room: Room, poll: Poll, voted: Callable[[Poll, int], None]):
    lifecycle.open_poll(poll)
    voted(poll, 1400)

    page = picture(stage(room))

    assert scene(page) == "poll"
    assert "Tabs or spaces?" in page
    assert re.search(r'class="o1 ?"[^>]*data-row="1"', page)
    assert "1,400 votes" in page
    assert "1 / 1" in page
    assert "Voting open" in page


@pytest.mark.parametrize(("screen", "name"), [(Screen.BLANK, "blank"), (Screen.JOIN, "join"), (Screen.CONTENT, "poll")])
def test_hosts_decide_what_the_screen_shows(room: Room, poll: Poll, screen: Screen, name: str):
    lifecycle.open_poll(poll)
    lifecycle.set_screen(room, screen)

    assert scene(stage(room)) == name


def test_the_top_questions_are_in_the_first_picture(db: None):
    room = make_asking_room()
    make_ranked(room)
    make_asked(room, text="<b>Bold</b>?", name="Eve")
    lifecycle.set_screen(room, Screen.QUESTIONS)

    page = picture(stage(room))

    assert scene(page) == "questions"
    assert [unescape(text) for text in re.findall(r'data-text dir="auto">([^<]*)<', page)] == [
        "Old?",
        "Late?",
        "Fresh?",
        "<b>Bold</b>?",
        "Done?",
    ]
    assert re.findall(r'data-n aria-hidden="true">(\d+)<', page) == ["9", "4", "0", "0", "20"]
    assert page.count("data-answered hidden") == 4


def test_questions_that_wait_or_are_hidden_are_not_in_the_picture(db: None):
    room = make_asking_room(hold=True)
    make_asked(room, text="Held?")
    desk.hide_question(make_asked(room, text="Hidden?"))
    lifecycle.set_screen(room, Screen.QUESTIONS)

    page = stage(room)

    assert "Held?" not in page
    assert "Hidden?" not in page
    assert "Nobody has asked yet" in page


def test_of_many_questions_more_than_fit_are_in_the_picture_and_not_all(db: None):
    room = make_asking_room()
    for number in range(20):
        make_asked(room, text=f"Why number {number}?")
    lifecycle.set_screen(room, Screen.QUESTIONS)

    page = picture(stage(room))

    assert page.count('class="top-line"') == 15
    assert re.search(r'class="top-count figures"\s*>20<', page)


@pytest.mark.parametrize(("asking", "passcode"), [(Asking.OFF, ""), (Asking.OPEN, "secret")])
def test_where_nobody_may_see_questions_there_is_no_list(db: None, asking: Asking, passcode: str):
    room = make_asking_room()
    make_asked(room, text="Why?")
    lifecycle.set_screen(room, Screen.QUESTIONS)
    Room.objects.update(asking=asking, passcode=passcode)

    page = stage(room)

    assert scene(page) == "join"
    assert "Why?" not in page


def test_a_draft_on_stage_is_not_shown_not_even_to_its_host(as_: As, room: Room, poll: Poll):
    lifecycle.put_on_stage(room, poll)

    page = stage(room, as_("host"))

    assert scene(page) == "join"
    assert "Tabs or spaces?" not in page


def test_an_ended_room_says_goodbye(room: Room, poll: Poll):
    lifecycle.open_poll(poll)
    end_room(room)

    assert scene(stage(room)) == "ended"


def test_a_countdown_stands_in_the_first_picture(room: Room):
    draft = PollDraft(kind="single_choice", prompt="Now?", options=["Yes", "No"], seconds=90)
    lifecycle.open_poll(add_poll(room, draft))

    assert re.search(r'data-deadline="\d+\.\d+"[^>]*>\s*1:(30|29)', stage(room))


@pytest.mark.parametrize(
    ("n_options", "crowd"), [(2, "couple"), (5, "few"), (6, "several"), (8, "several"), (9, "many"), (15, "crowd")]
)
def test_the_layout_follows_the_number_of_options(room: Room, n_options: int, crowd: str):
    options = [f"Option {n}" for n in range(n_options)]
    lifecycle.open_poll(add_poll(room, PollDraft(kind="single_choice", prompt="Which?", options=options)))

    assert f'data-crowd="{crowd}"' in picture(stage(room))


@pytest.mark.parametrize(("n", "length"), [(30, "short"), (60, "medium"), (120, "long"), (300, "huge")])
def test_the_prompt_shrinks_by_its_length(room: Room, n: int, length: str):
    lifecycle.open_poll(add_poll(room, PollDraft(kind="single_choice", prompt="?" * n, options=["Yes", "No"])))

    assert f'data-length="{length}"' in picture(stage(room))


# Who sees results


def test_hidden_results_are_not_in_the_page(room: Room, poll: Poll, voted: Callable[[Poll, int], None]):
    lifecycle.open_poll(poll)
    voted(poll, 41)
    lifecycle.hide_results(poll)

    page = picture(stage(room))

    assert 'data-counts="hidden"' in page
    assert "41 votes in" in page
    for figure in ("40", "98%", "98", "2%"):
        assert not re.search(rf">\s*{figure}\s*<", page)


@pytest.mark.parametrize("who", SEERS)
def test_a_stage_of_the_house_shows_what_was_revealed(
    as_: As, room: Room, poll: Poll, voted: Callable[[Poll, int], None], who: str
):
    Poll.objects.update(results="host")
    lifecycle.open_poll(poll)
    voted(poll, 41)
    lifecycle.show_results(poll)

    page = picture(stage(room, as_(who)))

    assert 'data-counts="shown"' in page
    assert "98%" in page


@pytest.mark.parametrize("who", BLIND)
def test_a_stage_of_anybody_does_not(as_: As, room: Room, poll: Poll, voted: Callable[[Poll, int], None], who: str):
    Poll.objects.update(results="host")
    lifecycle.open_poll(poll)
    voted(poll, 41)
    lifecycle.show_results(poll)

    page = picture(stage(room, as_(who)))

    assert 'data-counts="hidden"' in page
    assert "98%" not in page


def test_a_stage_link_in_the_query_opens_nothing(room: Room, poll: Poll, voted: Callable[[Poll, int], None]):
    Poll.objects.update(results="host")
    lifecycle.open_poll(poll)
    voted(poll, 41)
    lifecycle.show_results(poll)

    page = Client().get(f"{address(room)}?stage_token={stage_token(room)}").content.decode()

    assert "98%" not in page


@pytest.mark.parametrize("who", ["host", "co_host", "operator"])
def test_who_may_run_the_room_has_the_keys(as_: As, room: Room, who: str):
    assert "data-trusted" in stage(room, as_(who))


@pytest.mark.parametrize("who", ["moderator", "stranger", "nobody"])
def test_who_may_not_run_the_room_has_not(as_: As, room: Room, who: str):
    assert "data-trusted" not in stage(room, as_(who))


# The page


def test_text_from_people_is_text(room: Room):
    draft = PollDraft(kind="single_choice", prompt="<script>alert(1)</script>", options=["<b>A</b>", "\"'&"])
    lifecycle.open_poll(add_poll(room, draft))

    page = stage(room)

    assert "<script>alert" not in page
    assert "<b>A</b>" not in page
    assert "<b>A</b>" in unescape(page)


def test_the_page_has_no_inline_script_or_style(room: Room, poll: Poll):
    lifecycle.open_poll(poll)

    page = stage(room)

    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    for tag in re.findall(r"<script[^>]*>", page):
        assert "nonce=" in tag or "src=" in tag or 'type="application/json"' in tag


def test_the_page_refreshes_by_itself_where_scripts_are_off(room: Room):
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in stage(room)


def test_the_page_is_never_kept(room: Room):
    assert "no-store" in Client().get(address(room))["Cache-Control"]


def test_a_join_code_in_lower_case_leads_to_the_one_address(room: Room):
    answer = Client().get(f"/stage/{room.join_code.lower()}")

    assert (answer.status_code, answer["Location"]) == (302, address(room))


@pytest.mark.parametrize("code", ["222222", "nope", "%00"])
def test_an_unknown_room_is_not_found(db: None, code: str):
    assert Client().get(f"/stage/{code}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_stage_is_only_read(room: Room, method: str):
    assert getattr(Client(), method)(address(room)).status_code == 405


@pytest.mark.parametrize("n_polls", [1, 3])
def test_more_polls_ask_the_database_no_more(room: Room, django_assert_num_queries, n_polls: int):
    for n in range(n_polls):
        lifecycle.open_poll(add_poll(room, PollDraft(kind="single_choice", prompt=f"{n}?", options=["Yes", "No"])))

    with django_assert_num_queries(7):
        stage(room)
