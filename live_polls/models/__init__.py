"""The nouns that are stored, one file each."""

from __future__ import annotations

from live_polls.models.account import Account
from live_polls.models.ballot import Ballot
from live_polls.models.membership import Membership
from live_polls.models.poll import Option, Poll
from live_polls.models.room import Room
from live_polls.models.tally import Tally

__all__ = ["Account", "Ballot", "Membership", "Option", "Poll", "Room", "Tally"]
