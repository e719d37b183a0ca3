from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from live_polls.models import Account
from project.accounts import known_place

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_limits_from_other_tests(db: None):
    cache.clear()


@pytest.fixture
def ada(db: None) -> Account:
    return Account.objects.create_user("ada@example.org", PASSWORD, name="Ada")


def sign_in(client: Client, email: str = "ada@example.org", password: str = PASSWORD, **more: str):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG"])
def test_people_sign_in_by_email_and_land_on_their_rooms(client: Client, ada: Account, email: str):
    answer = sign_in(client, email)

    assert answer["Location"] == "/rooms/"
    assert "Ada" in client.get("/rooms/").content.decode()


def test_signing_in_leads_back_to_where_one_was_sent_from(client: Client, ada: Account):
    assert sign_in(client, next="/rooms/new")["Location"] == "/rooms/new"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(client: Client, ada: Account, elsewhere: str):
    assert sign_in(client, next=elsewhere)["Location"] == "/rooms/"


@pytest.mark.parametrize(("email", "password"), [("ada@example.org", "wrong"), ("eve@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, ada: Account, email: str, password: str):
    page = sign_in(client, email, password).content.decode()

    assert "The email address and/or password you specified are not correct." in page
    assert PASSWORD not in page
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(client: Client, ada: Account):
    for n in range(12):
        answer = sign_in(client, password=f"guess {n}")

    assert "Too many failed login attempts" in answer.content.decode()
    assert "Too many failed login attempts" in sign_in(client).content.decode()


def test_who_guesses_elsewhere_does_not_lock_out_the_owner_where_they_have_been_before(client: Client, ada: Account):
    sign_in(client)
    client.post(reverse("account_logout"))
    for n in range(6):
        Client(REMOTE_ADDR="203.0.113.7").post(reverse("account_login"), {"login": ada.email, "password": f"guess {n}"})

    stranger = Client(REMOTE_ADDR="203.0.113.8")
    assert "Too many failed login attempts" in sign_in(stranger).content.decode()
    assert sign_in(client)["Location"] == "/rooms/"


def test_a_known_place_has_no_more_tries_than_others(client: Client, ada: Account):
    sign_in(client)
    client.post(reverse("account_logout"))
    for n in range(6):
        sign_in(client, password=f"guess {n}")

    assert "Too many failed login attempts" in sign_in(client).content.decode()


@pytest.mark.parametrize("place", ["", "x", "WzEsIjEiXQ:1abc:forged"])
def test_a_place_that_was_made_up_is_none(client: Client, ada: Account, place: str):
    client.cookies["lp_place"] = place
    request = client.get(reverse("account_login")).wsgi_request

    assert known_place(request, ada.email) == ""


def test_the_place_of_one_account_is_none_of_another(client: Client, ada: Account):
    sign_in(client)
    request = client.get(reverse("account_login")).wsgi_request

    assert known_place(request, ada.email) != ""
    assert known_place(request, "eve@example.org") == ""


def test_where_tries_are_counted_nobody_reads_who_or_from_where(client: Client, ada: Account):
    sign_in(client, password="guess")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM live_polls_counter")
        keys = [key for (key,) in cursor.fetchall()]
    assert keys
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_an_account_that_is_switched_off_does_not_get_in(client: Client, ada: Account):
    Account.objects.update(is_active=False)

    answer = sign_in(client)

    assert answer["Location"] == reverse("account_inactive")
    assert "switched off" in client.get(answer["Location"]).content.decode()
    assert client.get("/rooms/").status_code == 302


@pytest.mark.django_db
def test_nobody_signs_up(client: Client):
    fields = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}

    for answer in (client.get(reverse("account_signup")), client.post(reverse("account_signup"), fields)):
        assert "No sign-up here" in answer.content.decode()
    assert not Account.objects.exists()


def test_signing_out_needs_a_post(client: Client, ada: Account):
    client.force_login(ada, "django.contrib.auth.backends.ModelBackend")

    assert "Sign out?" in client.get(reverse("account_logout")).content.decode()
    assert client.get("/rooms/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/rooms/").status_code == 302


def test_a_password_is_changed_by_who_knows_it(client: Client, ada: Account):
    sign_in(client)
    new = {"password1": "another good one", "password2": "another good one"}

    wrong = client.post(reverse("account_change_password"), {"oldpassword": "guess", **new})
    assert "type your current password" in wrong.content.decode()
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})

    ada.refresh_from_db()
    assert ada.check_password("another good one")
    assert client.get("/rooms/").status_code == 200


def test_an_address_that_an_operator_changed_is_the_only_one_that_signs_in(client: Client, ada: Account):
    sign_in(client)
    client.post(reverse("account_logout"))
    Account.objects.update(email="lovelace@example.org")

    assert sign_in(client).status_code == 200
    assert sign_in(client, "lovelace@example.org")["Location"] == "/rooms/"


@pytest.mark.parametrize("name", ["account_login", "account_logout", "account_change_password"])
def test_forms_without_csrf_token_do_nothing(ada: Account, name: str):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(reverse(name), {"login": ada.email, "password": PASSWORD})

    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()
