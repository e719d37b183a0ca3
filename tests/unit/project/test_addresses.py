from __future__ import annotations

import ipaddress

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.addresses import in_url, network_address, own_hosts, parse_origin, parse_proxies


@pytest.mark.parametrize(
    ("text", "origin", "host"),
    [
        ("https://polls.example.org", "https://polls.example.org", "polls.example.org"),
        ("https://Polls.Example.org:443/", "https://polls.example.org", "polls.example.org"),
        ("http://192.0.2.7:8000", "http://192.0.2.7:8000", "192.0.2.7"),
        ("http://[2001:db8::7]:80", "http://[2001:db8::7]", "[2001:db8::7]"),
    ],
)
def test_origin_is_what_browsers_send(text, origin, host):
    assert parse_origin("PUBLIC_URL", text) == (origin, host)


@pytest.mark.parametrize(
    "text",
    [
        "polls.example.org",
        "ftp://polls.example.org",
        "https://",
        "https://a.example/path",
        "https://a@b.example",
        "http://a:b",
    ],
)
def test_address_with_more_or_less_than_an_origin_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL must look like"):
        parse_origin("PUBLIC_URL", text)


def test_own_hosts_hold_loopback_and_the_address_on_the_network():
    hosts = own_hosts()

    assert {"localhost", "127.0.0.1", "::1", network_address()} <= set(hosts)
    assert len(hosts) == len(set(hosts))


def test_network_address_is_an_address():
    assert ipaddress.ip_address(network_address()).version == 4


def test_ipv6_stands_in_brackets():
    assert [in_url(host) for host in ("::1", "127.0.0.1", "localhost")] == ["[::1]", "127.0.0.1", "localhost"]


def test_proxies_are_addresses_and_networks():
    entries = ["127.0.0.1", "::1", "10.0.0.0/24", "2001:db8::/32"]

    assert parse_proxies("FORWARDED_ALLOW_IPS", entries) == entries


@pytest.mark.parametrize("entry", ["*", "proxy", "10.0.0.7/24", "10.0.0", "10.0.0.0/33"])
def test_a_proxy_that_the_server_would_misunderstand_is_refused(entry):
    with pytest.raises(ImproperlyConfigured, match="FORWARDED_ALLOW_IPS takes addresses and networks"):
        parse_proxies("FORWARDED_ALLOW_IPS", ["127.0.0.1", entry])
