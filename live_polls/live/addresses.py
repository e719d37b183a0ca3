"""Limits by address, for the few things that an address says anything about: new tokens, and codes that are guessed.

A hall has one address, and so has a university behind its gateway: nobody is ever refused a vote for it, nor anything
else that they do with a token. *Codes* are limited by how many of them are wrong: in a hall wrong ones are few beside
right ones, whoever guesses gets hardly any right. While a whole flood guesses, from however many addresses, everybody
is allowed fewer mistakes; a hall still has its right ones. Who is refused is refused before anything is looked up,
so that the answer tells nothing about the code. Of an IPv6 address the first 64 bits count: the rest is one person's
to choose.

Each process counts for itself. The map is bounded; what is pushed out begins anew.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

from live_polls.errors import RateLimitedError
from live_polls.live.limits import Allowances

MOST_ADDRESSES = 50_000
# Misses and hits fade away over this time.
FADE_SECONDS = 600.0
MISSES_FREE = 60.0
# When all addresses together miss more than this in a minute, somebody guesses.
MISSES_A_MINUTE = 600.0
MISSES_FREE_IN_A_FLOOD = 5.0
HITS_A_MISS_IN_A_FLOOD = 5.0
LONGEST_RETRY_MS = 60_000
# A hall of ten thousand comes in at once; afterwards people trickle.
TOKENS_AT_ONCE = 12_000.0
TOKENS_A_SECOND = 50.0


class Fading:
    """A sum that fades away, by 63 % in `seconds`."""

    __slots__ = ("_at", "_seconds", "_sum")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sum = 0.0
        self._at = 0.0

    def add(self, now: float) -> None:
        self._sum = self.at(now) + 1
        self._at = now

    def at(self, now: float) -> float:
        """What is left of it."""
        return self._sum * math.exp((self._at - now) / self._seconds) if self._sum else 0.0


class _Standing:
    __slots__ = ("hits", "misses")

    def __init__(self) -> None:
        self.hits = Fading(FADE_SECONDS)
        self.misses = Fading(FADE_SECONDS)


class Addresses:
    """What is known of those who came lately. Safe to use from any thread; `now` is of a steady clock, for tests."""

    def __init__(self, *, most: int = MOST_ADDRESSES) -> None:
        self._most = most
        self._standings: OrderedDict[str, _Standing] = OrderedDict()
        self._all_misses = Fading(60.0)
        self._tokens = Allowances(rate=TOKENS_A_SECOND, burst=TOKENS_AT_ONCE, most=most)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._standings)

    def check(self, address: str, now: float | None = None) -> None:
        """RateLimitedError where too many codes from this address were wrong. Ask before the code is looked up."""
        now = time.monotonic() if now is None else now
        standing = self._standings.get(key_of(address))
        if standing is None:
            return
        misses, hits = standing.misses.at(now), standing.hits.at(now)
        is_flood = self._all_misses.at(now) > MISSES_A_MINUTE
        free = MISSES_FREE_IN_A_FLOOD if is_flood else MISSES_FREE
        if misses > free and misses * (HITS_A_MISS_IN_A_FLOOD if is_flood else 1) > hits:
            faded_in = FADE_SECONDS * math.log(misses / free)
            raise RateLimitedError(retry_ms=min(LONGEST_RETRY_MS, max(1000, round(faded_in * 1000))))

    def hit(self, address: str, now: float | None = None) -> None:
        """A code from this address was right."""
        self._note(address, now, is_right=True)

    def miss(self, address: str, now: float | None = None) -> None:
        """A code from this address was wrong."""
        self._note(address, now, is_right=False)

    def take_token(self, address: str, now: float | None = None) -> None:
        """Let this address have one more new participant; RateLimitedError when it has had too many."""
        key = key_of(address)
        with self._lock:
            retry_ms = self._tokens.take(key, time.monotonic() if now is None else now) if key else 0
        if retry_ms:
            raise RateLimitedError(retry_ms=max(1000, retry_ms))

    def _note(self, address: str, now: float | None, *, is_right: bool) -> None:
        now = time.monotonic() if now is None else now
        key = key_of(address)
        if not key:
            return
        with self._lock:
            standing = self._standings.get(key)
            if standing is None:
                standing = self._standings[key] = _Standing()
                if len(self._standings) > self._most:
                    self._standings.popitem(last=False)
            else:
                self._standings.move_to_end(key)
            (standing.hits if is_right else standing.misses).add(now)
            if not is_right:
                self._all_misses.add(now)


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
