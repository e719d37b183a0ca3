"""What the page of a room asks of somebody before their votes are taken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entrance:
    """`sort` is "" for nothing, "invitation" (with what was typed, and why it was refused), or "sign_in" (with where)."""

    sort: str = ""
    typed: str = ""
    refusal: str = ""
    sign_in: str = ""
