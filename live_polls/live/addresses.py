"""Limits by address, for the few things that an address says anything about: new tokens, and codes that are guessed.

A hall has one address, and so has a university behind its gateway: nobody is ever refused a vote for it, nor anything
else that they do with a token. *Codes* are limited by how many of them are wrong beside the right ones (guesses.py).
Right is each participant who comes, new or with a token, once: people are counted, not requests, or whoever knows one
room could look at it as often as they like to guess.
While a whole flood guesses, from however many addresses, and for ten minutes after, fewer misses are free; a hall
still earns its own. So many are free even then that chance does not use them up: of halls where one in ten tries is
wrong, fewer than one in a million ever get twelve ahead of what a quarter of their right ones allows. Who is refused
is refused before anything is looked up, so that the answer tells nothing about the code. Of an IPv6 address the first
64 bits count: the rest is one person's to choose.

Each process counts for itself. The map is bounded; what is pushed out begins anew.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from live_polls.errors import RateLimitedError
from live_polls.live.guesses import FADE_SECONDS, Fading, Guesses, Rule
from live_polls.live.limits import Allowances

MOST_ADDRESSES = 50_000
# The most bounds somebody who knows one room, and joins it over and over to be right: as a hall of 12,000 mistypes.
QUIET = Rule(free=60.0, hits_a_miss=4.0, most=2000.0)
FLOOD = Rule(free=12.0, hits_a_miss=4.0, most=2000.0)
# Who has come already, so that nobody counts twice.
MOST_PARTICIPANTS = 100_000
# When all addresses together miss more than this in a minute, somebody guesses.
MISSES_A_MINUTE = 600.0
# A hall of ten thousand comes in at once; afterwards people trickle.
TOKENS_AT_ONCE = 12_000.0
TOKENS_A_SECOND = 50.0


class Addresses:
    """What is known of those who came lately. Safe to use from any thread; `now` is of a steady clock, for tests."""

    def __init__(self, *, most: int = MOST_ADDRESSES) -> None:
        self._codes = Guesses(most=most)
        self._all_misses = Fading(60.0)
        self._flood_until = 0.0
        self._tokens = Allowances(rate=TOKENS_A_SECOND, burst=TOKENS_AT_ONCE, most=most)
        self._came: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._codes)

    def check(self, address: str, now: float | None = None) -> None:
        """RateLimitedError where too many codes from this address were wrong. Ask before the code is looked up."""
        now = time.monotonic() if now is None else now
        rule = FLOOD if now < self._flood_until else QUIET
        if retry_ms := self._codes.retry_ms(key_of(address), now, rule):
            raise RateLimitedError(retry_ms=retry_ms)

    def miss(self, address: str, now: float | None = None) -> None:
        """A code from this address was wrong."""
        now = time.monotonic() if now is None else now
        key = key_of(address)
        if not key:
            return
        self._codes.note(key, now, is_right=False)
        with self._lock:
            self._all_misses.add(now)
            if self._all_misses.at(now) > MISSES_A_MINUTE:
                self._flood_until = now + FADE_SECONDS

    def take_token(self, address: str, now: float | None = None) -> None:
        """Let this address have one more new participant; RateLimitedError when it has had too many."""
        now = time.monotonic() if now is None else now
        key = key_of(address)
        if not key:
            return
        with self._lock:
            retry_ms = self._tokens.take(key, now)
        if retry_ms:
            raise RateLimitedError(retry_ms=max(1000, retry_ms))

    def came(self, address: str, voice: str, now: float | None = None) -> None:
        """A participant came into their room from this address: the code was right. Repeatable: each counts once."""
        key = key_of(address)
        if not key:
            return
        with self._lock:
            if voice in self._came:
                return
            self._came[voice] = None
            if len(self._came) > MOST_PARTICIPANTS:
                self._came.popitem(last=False)
        self._codes.note(key, time.monotonic() if now is None else now, is_right=True)


def key_of(address: str) -> str:
    """What an address is counted under; empty for none (a Unix socket), of which nothing can be said."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{int(parsed) >> 64:x}::/64"
    return str(parsed)


_addresses = Addresses()


def get_addresses() -> Addresses:
    """The one of this process."""
    return _addresses


def forget_addresses() -> None:
    """Begin anew: for tests, which all come from one address."""
    global _addresses
    _addresses = Addresses()
