from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.mail import parse_email_url


def test_nothing_is_sent_unless_somebody_says_how():
    assert parse_email_url("")["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
    assert parse_email_url("console:")["EMAIL_BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.org", "mail.example.org", 587, True, False),
        ("smtps://mail.example.org", "mail.example.org", 465, False, True),
        ("smtp+plain://127.0.0.1:2525", "127.0.0.1", 2525, False, False),
    ],
)
def test_a_mail_server_is_reached_as_the_address_says(url: str, host: str, port: int, tls: bool, ssl: bool):
    said = parse_email_url(url)

    assert (said["EMAIL_HOST"], said["EMAIL_PORT"]) == (host, port)
    assert (said["EMAIL_USE_TLS"], said["EMAIL_USE_SSL"]) == (tls, ssl)


def test_user_and_password_may_hold_any_letter():
    said = parse_email_url("smtp://polls%40example.org:p%2Fw@mail.example.org:2525")

    assert (said["EMAIL_HOST_USER"], said["EMAIL_HOST_PASSWORD"]) == ("polls@example.org", "p/w")


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://:25", "smtp://h:x", "smtp://h/path"]
)
def test_an_address_that_makes_no_sense_stops_the_start_and_its_password_is_not_told(url: str):
    with pytest.raises(ImproperlyConfigured) as stopped:
        parse_email_url(url)

    assert url not in str(stopped.value)
