from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from live_polls.models import Account

PASSWORD, NEW = "correct horse battery", "another good password"


@pytest.fixture
def ada(db: None) -> Account:
    return Account.objects.create_user("ada@example.org", PASSWORD, name="Ada")


@pytest.fixture
def mails(settings: Any) -> list[Any]:
    settings.EMAIL_URL = "smtp://mail.example.org"
    return mail.outbox


def choose(client: Client, link: str, password: str = NEW):
    path = re.sub(r"^https?://[^/]+", "", link)
    form = client.get(path)["Location"]
    return client.post(form, {"password1": password, "password2": password})


def link_of(email: str, *options: str) -> str:
    out = StringIO()
    call_command("sign_in_link", email, *options, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_a_link_by_mail_leads_to_a_new_password(client: Client, ada: Account, mails: list[Any], settings: Any):
    client.post(reverse("account_reset_password"), {"email": "Ada@example.org"}, headers={"Host": "localhost"})

    [sent] = mails
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "Choose a new password"
    [link] = re.findall(r"http\S+", sent.body)
    assert link.startswith(f"{settings.PUBLIC_URL}/accounts/password/reset/key/")
    assert choose(client, link)["Location"] == reverse("account_reset_password_from_key_done")
    ada.refresh_from_db()
    assert ada.check_password(NEW)


def test_a_link_opens_once(client: Client, ada: Account, mails: list[Any]):
    client.post(reverse("account_reset_password"), {"email": ada.email})
    [link] = re.findall(r"http\S+", mails[0].body)
    choose(client, link)

    page = Client().get(re.sub(r"^https?://[^/]+", "", link)).content.decode()

    assert "opens nothing any more" in page


@pytest.mark.parametrize("email", ["eve@example.org", "ada@example.org"])
def test_the_page_does_not_say_who_has_an_account(client: Client, ada: Account, mails: list[Any], email: str):
    answer = client.post(reverse("account_reset_password"), {"email": email}, follow=True)

    assert "If somebody signs in here with this address" in answer.content.decode()
    assert len(mails) == (email == ada.email)


def test_who_is_switched_off_gets_no_mail(client: Client, ada: Account, mails: list[Any]):
    Account.objects.update(is_active=False)

    client.post(reverse("account_reset_password"), {"email": ada.email})

    assert mails == []


def test_mails_to_one_address_are_few(client: Client, ada: Account, mails: list[Any]):
    for _ in range(6):
        client.post(reverse("account_reset_password"), {"email": ada.email})

    assert len(mails) == 3


def test_without_mail_the_page_says_what_to_do(client: Client, ada: Account):
    for answer in (
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": "a@b.c"}),
    ):
        assert "manage.py sign_in_link" in answer.content.decode()
    assert mail.outbox == []


def test_the_command_prints_a_link_that_opens_once(client: Client, ada: Account):
    link = link_of("ADA@example.org")

    choose(client, link)

    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert "opens nothing any more" in Client().get(re.sub(r"^https?://[^/]+", "", link)).content.decode()


def test_the_command_forgets_a_second_factor_when_told_to(ada: Account):
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    link_of("ada@example.org")
    assert Authenticator.objects.exists()

    link_of("ada@example.org", "--forget-second-factor")

    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("email", ["eve@example.org", "", "off@example.org"])
def test_the_command_says_when_there_is_nobody(ada: Account, email: str):
    Account.objects.create_user("off@example.org", is_active=False)

    with pytest.raises(CommandError):
        link_of(email)
