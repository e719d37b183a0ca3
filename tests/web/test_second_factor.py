from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from live_polls.models import Account

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(db: None) -> Account:
    return Account.objects.create_user("ada@example.org", PASSWORD, name="Ada")


def sign_in(client: Client):
    return client.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def confirm(client: Client) -> None:
    """Who is signed in proves it once more before anything of this changes."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set an app up; its secret and the recovery codes."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    [secret] = re.findall(r'readonly\s+value="([A-Z2-7]+)"', page)
    assert "data:image/svg+xml" in page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True).content.decode()
    codes = re.findall(r"<code>(\w+)</code>", answer)
    assert codes, answer
    return secret, codes


@pytest.fixture
def protected(ada: Account) -> tuple[str, list[str]]:
    client = Client()
    sign_in(client)
    confirm(client)
    return set_up(client)


def test_an_app_is_set_up_and_then_asked_for(client: Client, protected: tuple[str, list[str]]):
    _, codes = protected
    assert len(codes) == 10

    answer = sign_in(client)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/rooms/").status_code == 302
    assert "Second factor" in client.get(reverse("mfa_authenticate")).content.decode()

    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code." in wrong.content.decode()
    # The code that switched it on is used up: nobody who looked over the shoulder gets in by it.
    answer = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert answer["Location"] == "/rooms/"
    assert client.get("/rooms/").status_code == 200


def test_a_recovery_code_opens_the_door_once(client: Client, protected: tuple[str, list[str]]):
    _, codes = protected
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[3]})
    client.post(reverse("account_logout"))
    sign_in(client)

    again = client.post(reverse("mfa_authenticate"), {"code": codes[3]})

    assert "Incorrect code." in again.content.decode()


def test_recovery_codes_are_shown_once(client: Client, protected: tuple[str, list[str]]):
    _, codes = protected
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    confirm(client)

    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    assert "9 codes are left." in page
    assert codes[1] not in page


def test_guessing_codes_is_slowed_down(client: Client, protected: tuple[str, list[str]]):
    sign_in(client)

    for n in range(12):
        answer = client.post(reverse("mfa_authenticate"), {"code": f"{n:06}"})

    assert answer.status_code == 429 or "Too many" in answer.content.decode()


def test_an_app_is_switched_off_by_who_proves_to_be_its_owner(client: Client, protected: tuple[str, list[str]]):
    _, codes = protected
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert client.post(reverse("mfa_deactivate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    confirm(client)

    assert "Switch the authenticator app off?" in client.get(reverse("mfa_deactivate_totp")).content.decode()
    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()


def test_pages_of_keys_say_where_they_work(client: Client, ada: Account):
    sign_in(client)
    confirm(client)

    for name in ("mfa_index", "mfa_add_webauthn"):
        assert "only on https" in client.get(reverse(name)).content.decode()
        assert "only on https" not in client.get(reverse(name), secure=True).content.decode()


def test_a_key_that_was_made_up_opens_nothing(client: Client, ada: Account):
    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["challenge"]

    for credential in ("", "{}", '{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"Zg"}}', "x"):
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
        assert answer.status_code < 500
        assert client.get("/rooms/").status_code == 302


def test_confirming_needs_the_password(client: Client, ada: Account):
    sign_in(client)

    answer = client.post(reverse("account_reauthenticate"), {"password": "guess"})

    assert answer.status_code == 200
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_generate_recovery_codes"]
)
def test_strangers_see_none_of_it(client: Client, db: None, name: str):
    assert reverse("account_login") in client.get(reverse(name))["Location"]
