"""The host: opens, closes, resets, hides. Each deed is repeatable, so it is posted until somebody answers."""

from __future__ import annotations

import asyncio
from random import Random

from tests.fault.hall import Hall
from tests.fault.history import HostDid, RoundKey, now
from tests.fault.web import Answer, NoAnswerError, get, post

CSRF = "f" * 32
TRY_AGAIN_S = 0.2
# The first page of a server that has just started, and a password to be hashed, on a busy machine.
SIGN_IN_PATIENCE_S = 60.0
# What may follow on a state: the verb, the state it leads to, and whether it ends the round.
CLOSE, REOPEN, RESET = ("close", "closed", True), ("open", "open", True), ("reset", "draft", True)
MOVES = {
    "open": (CLOSE, CLOSE, CLOSE, RESET, ("hide", "open", False), ("show", "open", False)),
    "closed": (REOPEN, REOPEN, RESET, ("hide", "closed", False), ("show", "closed", False)),
    "draft": (("open", "open", False),),
}


class Host:
    """Signed in as an operator. Alone: so the state of each poll is known without asking."""

    def __init__(self, session_key: str, rng: Random) -> None:
        self.rng = rng
        self.is_done = False
        self._cookies = f"csrftoken={CSRF}; sessionid={session_key}"

    async def run_polls(self, hall: Hall, codes: list[str]) -> None:
        """Do whatever may be done to these polls, one deed after the other, until the burst is over."""
        states = dict.fromkeys(codes, ("open", 1))
        while hall.is_voting:
            await asyncio.sleep(self.rng.uniform(0.1, 0.5))
            code = self.rng.choice(codes)
            state, round_ = states[code]
            verb, after, ends = self.rng.choice(MOVES[state])
            if await self._do(hall, verb, code):
                is_new_round = verb == "reset" or (verb == "open" and state == "closed")
                states[code] = (after, round_ + is_new_round)
                hall.history.note(HostDid(now(), verb, code, RoundKey(code, round_) if ends else None))
        self.is_done = True

    async def _do(self, hall: Hall, verb: str, code: str) -> bool:
        """Whether it is done; False when the run ended before anybody said so."""
        while not hall.is_over:
            try:
                answer = await self._post(hall, verb, code)
            except NoAnswerError:
                answer = None
            if answer is not None and answer.status == 204:
                return True
            if answer is not None and 400 <= answer.status < 500:
                raise AssertionError(f"{verb} {code}: {answer.status} {answer.body[:300]!r}")
            await asyncio.sleep(TRY_AGAIN_S)
        return False

    async def _post(self, hall: Hall, verb: str, code: str) -> Answer:
        url = f"{self.rng.choice(hall.addresses)}/rooms/{hall.join_code}/act"
        headers = {"Cookie": self._cookies, "X-CSRFToken": CSRF, "Accept": "application/json"}
        return await post(url, {"verb": verb, "poll": code}, headers)


async def sign_in(url: str, email: str, password: str) -> str:
    """The key of a login session that any server on the same database knows."""
    await get(f"{url}/accounts/login/", patience=SIGN_IN_PATIENCE_S)
    headers = {"Cookie": f"csrftoken={CSRF}", "X-CSRFToken": CSRF, "Origin": url}
    form = {"login": email, "password": password}
    answer = await post(f"{url}/accounts/login/", form, headers, patience=SIGN_IN_PATIENCE_S)
    session_key = answer.cookie("sessionid")
    if session_key is None:
        raise AssertionError(f"Nobody could sign in: {answer.status}")
    return session_key
