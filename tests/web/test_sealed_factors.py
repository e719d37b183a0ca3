"""Secrets of second factors stand sealed in the database, and are read with the keys of today and of before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from live_polls.domain.second_factors import MARK, seal, seal_all, unseal
from live_polls.errors import SecondFactorUnreadableError
from live_polls.models import Account
from tests.web.test_second_factor import PASSWORD, confirm, set_up, sign_in

FORMER, NEXT = "f" * 50, "n" * 50


@pytest.fixture
def factors(db: None) -> tuple[str, list[str]]:
    """Of Ada: the secret of her app, and her recovery codes."""
    Account.objects.create_user("ada@example.org", PASSWORD, name="Ada")
    client = Client()
    sign_in(client)
    confirm(client)
    return set_up(client)


def stored() -> dict[str, str]:
    return {name: data[name] for data in Authenticator.objects.values_list("data", flat=True) for name in data}


def enter(code: str) -> Any:
    client = Client()
    sign_in(client)
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_let_in(code: str) -> bool:
    answer = enter(code)
    return bool(answer.status_code == 302 and answer["Location"] == "/rooms/")


def keep_plain(secret: str) -> None:
    """As a version before this one has kept them."""
    for factor in Authenticator.objects.all():
        name = "secret" if factor.type == "totp" else "seed"
        factor.data[name] = unseal(factor.data[name])
        factor.save()
    assert stored()["secret"] == secret


def test_neither_secrets_nor_codes_are_in_the_database(factors: tuple[str, list[str]]):
    secret, codes = factors

    assert {name for name, said in stored().items() if str(said).startswith(MARK)} == {"secret", "seed"}
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert not any(said in rows for said in (secret, *codes))
    assert unseal(stored()["secret"]) == secret


def test_a_recovery_code_is_good_once_when_it_is_sealed(factors: tuple[str, list[str]]):
    _, codes = factors

    assert [is_let_in(codes[0]), is_let_in(codes[0]), is_let_in(codes[1])] == [True, False, True]


def test_what_was_kept_plain_works_and_is_sealed_on_request(factors: tuple[str, list[str]], capsys: Any):
    secret, codes = factors
    keep_plain(secret)
    assert is_let_in(codes[0])

    call_command("seal_second_factors")
    call_command("seal_second_factors")

    assert capsys.readouterr().out.split("\n")[:2] == [
        "Second factors sealed anew: 2.",
        "Second factors sealed anew: 0.",
    ]
    assert secret not in json.dumps(stored())
    assert [is_let_in(codes[0]), is_let_in(codes[1])] == [False, True]


def test_a_former_key_is_read_and_done_without_after_sealing(factors: tuple[str, list[str]], settings: Any):
    _, codes = factors
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEXT, [FORMER, settings.SECRET_KEY]
    assert is_let_in(codes[0])

    assert [seal_all(), seal_all()] == [(2, 0), (0, 0)]
    settings.SECRET_KEY_FALLBACKS = []

    assert is_let_in(codes[1])


def test_with_another_key_nobody_gets_in_and_is_told_why(
    factors: tuple[str, list[str]], settings: Any, capsys: Any, caplog: Any
):
    _, codes = factors
    settings.SECRET_KEY = NEXT

    answer = enter(codes[0])

    assert answer.status_code == 403
    assert "the secret key of this server was changed" in answer.content.decode()
    assert "SECRET_KEY_FALLBACKS" in caplog.text
    assert codes[0] not in caplog.text
    with pytest.raises(CommandError, match="2 cannot be read"):
        call_command("seal_second_factors")
    # The way out that the page and the documents name.
    call_command("sign_in_link", "ada@example.org", "--forget-second-factor")
    assert sign_in(Client())["Location"] == "/rooms/"


def test_codes_that_were_taken_over_from_elsewhere_are_sealed_as_well(factors: tuple[str, list[str]]):
    Authenticator.objects.filter(type="recovery_codes").update(data={"migrated_codes": ["aaaa1111", seal("bbbb2222")]})

    assert seal_all() == (1, 0)

    assert "aaaa1111" not in json.dumps(stored())
    assert [is_let_in("bbbb2222"), is_let_in("aaaa1111"), is_let_in("aaaa1111")] == [True, True, False]


@pytest.mark.parametrize("damaged", [MARK, f"{MARK}x", f"{MARK}é"])
def test_what_is_damaged_is_unreadable_and_no_empty_secret(damaged: str):
    with pytest.raises(SecondFactorUnreadableError):
        unseal(damaged)


def test_nothing_is_sealed_twice_the_same_way():
    assert seal("secret") != seal("secret")
    assert unseal(seal("secret")) == "secret"
