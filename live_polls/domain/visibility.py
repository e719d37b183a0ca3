"""Who sees which poll, and who sees its counts. Decided here, on the server, for every door alike.

| results     | audience sees counts            | anonymous stage          | trusted stage            | host |
|-------------|---------------------------------|--------------------------|--------------------------|------|
| live        | always                          | always                   | always                   | yes  |
| after_vote  | once voted, and once closed     | once closed              | once closed, or shown    | yes  |
| after_close | once closed                     | once closed              | once closed, or shown    | yes  |
| host        | never                           | never                    | when shown               | yes  |

`shown` is what a host decided: hidden hides from all but hosts, shown adds the trusted stage.
"""

from __future__ import annotations

from enum import Enum

from live_polls.domain.room_view import PollView
from live_polls.enums import PollState, ResultsVisibility


class Viewer(Enum):
    """Who looks. An anonymous stage looks as AUDIENCE that has not voted."""

    AUDIENCE = "audience"
    TRUSTED_STAGE = "trusted_stage"
    HOST = "host"


PUBLIC_STATES = frozenset({PollState.OPEN.value, PollState.CLOSED.value})


def sees_poll(poll: PollView, viewer: Viewer) -> bool:
    """Drafts and archived polls exist for hosts only: not even their prompts are on the wire for others."""
    return viewer is Viewer.HOST or poll.state in PUBLIC_STATES


def sees_counts(poll: PollView, viewer: Viewer, *, voted: bool) -> bool:
    """Whether the viewer may see the counts of the poll's current round; see the table above."""
    if viewer is Viewer.HOST:
        return True
    if poll.shown is False:
        return False
    if poll.shown and viewer is Viewer.TRUSTED_STAGE:
        return True
    if poll.results == ResultsVisibility.LIVE.value:
        return True
    closed = poll.state == PollState.CLOSED.value
    if poll.results == ResultsVisibility.AFTER_VOTE.value:
        return closed or voted
    return closed and poll.results == ResultsVisibility.AFTER_CLOSE.value


def is_revealed(poll: PollView, viewer: Viewer) -> bool:
    """Whether the viewer may know what is right: the poll is closed, and its counts are there to be seen.

    Before that not even hosts get it over the wire: a phone that watches as a host would see it, too.
    """
    return poll.state == PollState.CLOSED.value and sees_counts(poll, viewer, voted=False)
