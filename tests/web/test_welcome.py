from __future__ import annotations

import threading
import time

import pytest
from django.core import signing
from django.db import connection
from django.test import Client

from live_polls.domain.first_run import LIFETIME_S, SALT, create_first_account, first_run_link
from live_polls.errors import NotAllowedError
from live_polls.models import Account

BASE = "http://testserver"
FIELDS = {"email": "Ada@Example.org", "password": "correct horse battery", "repeated": "correct horse battery"}


def link() -> str:
    found = first_run_link(f"{BASE}/")
    assert found is not None
    return found


def token() -> str:
    return link().rsplit("/", 1)[1]


@pytest.mark.django_db
def test_the_link_makes_the_operator_and_first_host_and_signs_them_in(client: Client):
    assert "Make the first account" in client.get(link()).content.decode()

    answer = client.post(link(), FIELDS)

    account = Account.objects.get()
    assert answer["Location"] == "/rooms/"
    assert account.email == "ada@example.org"
    assert account.is_staff
    assert account.is_superuser
    assert account.check_password("correct horse battery")
    assert client.get("/rooms/").status_code == 200


@pytest.mark.django_db
def test_the_link_works_once(client: Client):
    used = link()
    client.post(used, FIELDS)

    for answer in (Client().get(used), Client().post(used, FIELDS | {"email": "eve@example.org"})):
        assert answer.status_code == 403
        assert "already used" in answer.content.decode()
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_no_link_is_printed_once_any_account_exists():
    Account.objects.create_user("ada@example.org")

    assert first_run_link(BASE) is None


@pytest.mark.django_db
def test_a_link_from_before_an_account_came_another_way_is_refused(client: Client):
    early = link()
    Account.objects.create_superuser("ada@example.org", "x")

    assert client.post(early, FIELDS).status_code == 403
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_a_forged_link_is_refused(client: Client):
    for forged in ("nonsense", f"{token()}x", signing.dumps("first run", salt="another"), "a:b:c"):
        answer = client.post(f"/welcome/{forged}", FIELDS)
        assert answer.status_code == 403
        assert "expired or is not complete" in answer.content.decode()
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_a_link_expires_after_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch):
    old = link()
    an_hour_on = time.time() + LIFETIME_S + 1
    monkeypatch.setattr(time, "time", lambda: an_hour_on)

    assert client.get(old).status_code == 403
    assert client.get(link()).status_code == 200  # a restart prints a new one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "ada"}, "valid email"),
        ({"email": ""}, "required"),
        ({"password": "password12", "repeated": "password12"}, "too common"),
        ({"password": "short", "repeated": "short"}, "too short"),
        ({"repeated": "something else"}, "The two passwords differ."),
        ({"password": "ada@example.org", "repeated": "ada@example.org"}, "too similar"),
    ],
)
def test_a_mistake_is_told_at_its_field(client: Client, wrong: dict[str, str], said: str):
    page = client.post(link(), FIELDS | wrong).content.decode()

    assert said in page
    assert "correct horse" not in page
    assert page.count("autofocus") == 1
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_the_page_is_kept_by_no_cache(client: Client):
    assert "no-store" in client.get(link())["Cache-Control"]


@pytest.mark.django_db
def test_wrong_methods_are_refused(client: Client):
    assert client.delete(link()).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_many_people_with_the_link_one_gets_in():
    used, start = token(), threading.Barrier(4)
    refused: list[str] = []

    def claim(n: int) -> None:
        start.wait(timeout=10)
        try:
            create_first_account(used, email=f"{n}@example.org", password="correct horse battery")
        except NotAllowedError as error:
            refused.append(error.message)
        finally:
            connection.close()

    people = [threading.Thread(target=claim, args=(n,)) for n in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=30)

    assert Account.objects.count() == 1
    assert len(refused) == 3
    assert signing.loads(used, salt=SALT)  # the link itself was good
