"""Under which of a participant's two keys a ballot stands.

Ballots are secret: they stand under the ballot key, which cannot be joined with anything else that a participant gives.
Texts are moderated and quiz questions are scored; their ballots stand under the voice key, and say that they do.
"""

from __future__ import annotations

from live_polls.kinds import KINDS


def is_voiced(kind: str, points: int) -> bool:
    """Whether ballots of a poll of this kind, worth so many points, stand under the voice key.

    A poll that has ballots must not change its answer to this: its voters would no longer find their own.
    """
    return points > 0 or KINDS[kind].voiced
