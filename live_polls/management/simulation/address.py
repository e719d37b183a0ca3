"""Where a room is served, and joining it over HTTP as the pages do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

SUBPROTOCOL = "live-polls.v1"
TIMEOUT_S = 15


class JoinError(Exception):
    """The room could not be joined; `busy` when the server itself asks to try again."""

    def __init__(self, message: str, *, busy: bool = False) -> None:
        super().__init__(message)
        self.busy = busy


@dataclass(frozen=True, slots=True)
class RoomAddress:
    base_url: str
    join_code: str

    @property
    def socket_url(self) -> str:
        return f"{self.base_url.replace('http', 'ws', 1)}/ws/rooms/{self.join_code}"

    def join(self) -> str:
        """The token of a new participant. Blocks: call it in a thread."""
        url = f"{self.base_url}/api/v1/rooms/{self.join_code}/join"
        request = Request(url, data=b"", method="POST")  # noqa: S310 -- the command takes http addresses only
        try:
            # No proxy: a rehearsal measures the server, and often on loopback.
            with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT_S) as response:
                return str(json.load(response)["token"])
        except HTTPError as error:
            busy = error.code in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
            raise JoinError(_reason(error, self), busy=busy) from None
        except (OSError, HTTPException) as error:
            raise JoinError(f"{self.base_url} does not answer: {error}.") from None
        except (ValueError, KeyError):
            raise JoinError(f"{self.base_url} is no live_polls server.") from None


def _reason(error: HTTPError, address: RoomAddress) -> str:
    if error.code == HTTPStatus.NOT_FOUND:
        return f"There is no room {address.join_code} at {address.base_url}."
    return f"{address.base_url} refuses to let anybody join: {error.code} {error.reason}."
