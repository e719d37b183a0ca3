"""The receipt of a ballot: the same ballot always gets the same one, and nobody else can make it.

It is computed, not stored: a keyed hash over what was counted, under a secret of the room. A host can so check
that a receipt shown by a voter belongs to a ballot in force, without learning whose other ballots are whose.
"""

from __future__ import annotations

from hashlib import blake2b

from live_polls.domain.ballot_rows import BallotRow


def receipt(ballot_key: str, row: BallotRow) -> str:
    """24 hex digits that stand for exactly this poll, round, participant, seq and answer."""
    content = f"{row.poll_id}:{row.round}:{row.participant}:{row.seq}:{row.answer}"
    return blake2b(content.encode(), key=ballot_key.encode(), digest_size=12, person=b"lp.receipt").hexdigest()
