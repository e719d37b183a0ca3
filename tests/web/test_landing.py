"""The front door."""

from __future__ import annotations

import pytest

from tests.factories import make_room

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["{0}{1}", "{0} {1}", " {0}-{1} "])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_code_leads_to_its_room_however_it_is_typed(client, typed, case):
    room = make_room()
    code = case(room.join_code)

    response = client.post("/", {"join_code": typed.format(code[:3], code[3:])})

    assert (response.status_code, response["Location"]) == (302, f"/j/{room.join_code}")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("222222", "no room with this code"),
        ("<b>", "no room with this code"),
        ("", "Type the code"),
        (" ", "Type the code"),
    ],
)
def test_a_code_that_leads_nowhere_is_shown_again_with_what_is_wrong(client, typed, words):
    response = client.post("/", {"join_code": typed})

    page = response.content.decode()
    assert response.status_code == 404
    assert words in page
    assert "<b>" not in page


def test_the_door_asks_for_a_code(client):
    page = client.get("/").content.decode()

    assert 'name="join_code"' in page
    assert "Sign in as host" in page


def test_who_is_signed_in_finds_the_way_to_their_rooms(as_):
    assert "My rooms" in as_("host").get("/").content.decode()
