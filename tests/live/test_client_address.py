"""Whose address it is, behind proxies that are ours and headers that anybody may write."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from live_polls.live.server import configuration

PROXY, OTHER_PROXY, PHONE, LIAR = "10.0.0.7", "10.0.0.8", "203.0.113.77", "198.51.100.1"


async def seen(peer: str, *headers: tuple[str, str], kind: str = "http") -> tuple[str, str]:
    """The client and the scheme that the application is told of."""
    scopes: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    config = configuration(host="127.0.0.1", port=8000)
    config.app = application
    config.load()
    scheme = "ws" if kind == "websocket" else "http"
    raw = [(name.encode(), value.encode()) for name, value in headers]
    served: Any = config.loaded_app
    await served({"type": kind, "scheme": scheme, "client": (peer, 50000), "headers": raw}, None, None)
    [scope] = scopes
    return scope["client"][0], scope["scheme"]


@pytest.fixture(autouse=True)
def proxies(monkeypatch):
    monkeypatch.setattr(settings, "FORWARDED_ALLOW_IPS", ["10.0.0.0/24"])


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        ([PHONE], PHONE),
        ([f"{LIAR}, {PHONE}"], PHONE),
        ([f"127.0.0.1, {PHONE}"], PHONE),
        ([LIAR, PHONE], PHONE),
        ([f"{LIAR}, {PHONE}, {OTHER_PROXY}"], PHONE),
        ([f"{LIAR}, {PHONE}:4711, {OTHER_PROXY}:80"], PHONE),
        (["2001:db8::77"], "2001:db8::77"),
        ([f"{LIAR}, [2001:db8::77]:4711"], "2001:db8::77"),
    ],
)
async def test_the_client_is_the_right_most_hop_that_is_no_proxy_of_ours(hops, client):
    headers = [("x-forwarded-for", hop) for hop in hops]
    assert (await seen(PROXY, *headers))[0] == client


@pytest.mark.parametrize("hops", [[], [""]])
async def test_a_proxy_that_names_nobody_is_the_client_itself(hops):
    assert (await seen(PROXY, *[("x-forwarded-for", hop) for hop in hops]))[0] == PROXY


@pytest.mark.parametrize(("kind", "scheme"), [("http", "http"), ("websocket", "ws")])
async def test_whoever_is_no_proxy_of_ours_is_not_believed(kind, scheme):
    headers = [("x-forwarded-for", LIAR), ("x-forwarded-proto", "https")]
    assert await seen(PHONE, *headers, kind=kind) == (PHONE, scheme)


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
async def test_the_proxy_says_whether_it_was_https(kind, scheme):
    assert await seen(PROXY, ("x-forwarded-proto", "https"), kind=kind) == (PROXY, scheme)


async def test_an_empty_list_trusts_this_machine_only(monkeypatch):
    monkeypatch.setattr(settings, "FORWARDED_ALLOW_IPS", [])

    assert (await seen("127.0.0.1", ("x-forwarded-for", PHONE)))[0] == PHONE
    assert (await seen(PROXY, ("x-forwarded-for", PHONE)))[0] == PROXY
