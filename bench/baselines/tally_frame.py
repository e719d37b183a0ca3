"""The tally that every baseline sends: the product's frame, byte for byte as long."""

from __future__ import annotations

import json

POLL_CODE = "BASELINE"
EPOCH = "0123456789abcdef"


def snapshot_text() -> str:
    """Write the least snapshot that makes a load client feel welcome."""
    polls = [{"code": POLL_CODE, "round": 1}]
    return _compact({"type": "snapshot", "epoch": EPOCH, "version": 0, "polls": polls})


def tally_text(*, version: int, n_options: int) -> str:
    """Write a tally of as many ballots as the room has versions."""
    counts = {str(number): version // n_options for number in range(1, n_options + 1)}
    tally = {"n_ballots": version, "counts": counts}
    place = {"epoch": EPOCH, "version": version, "poll": POLL_CODE, "round": 1}
    return _compact({"type": "tally.changed"} | place | {"tally": tally})


def ack_text(cast: dict[str, object], *, version: int) -> str:
    """Write the answer to a ballot."""
    ack = {"type": "ack", "id": cast["id"], "receipt": "baseline", "seq": cast["seq"]}
    return _compact(ack | {"epoch": EPOCH, "version": version})


def _compact(message: dict[str, object]) -> str:
    return json.dumps(message, separators=(",", ":"))
