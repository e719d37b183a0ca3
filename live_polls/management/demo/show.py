"""A host who runs the deck over and over, by the same deeds as the remote."""

from __future__ import annotations

import logging
from collections.abc import Callable

from live_polls.domain import lifecycle
from live_polls.enums import PollState, Screen
from live_polls.errors import PollError
from live_polls.kinds import KINDS
from live_polls.models import Poll, Room

logger = logging.getLogger(__name__)

VOTING_S = 30  # where a poll has no countdown of its own
RESULTS_S = 8
STEP_BACK_S = 60

# Waits for so many seconds; True when it is time to end.
Wait = Callable[[float], bool]


class Show:
    """Somebody with the remote is the real host: whenever the room is not as we left it, we step back a while."""

    def __init__(self, room: Room, wait: Wait) -> None:
        self._room = room
        self._wait = wait

    def run(self) -> None:
        """Go through the deck again and again, until `wait` says that it is time to end."""
        while True:
            self._clear()
            for poll in self._polls():
                if self._ask(poll):
                    return

    def _polls(self) -> list[Poll]:
        return list(Poll.objects.filter(room=self._room).exclude(state=PollState.ARCHIVED))

    def _clear(self) -> None:
        """Take the last time's polls off the phones; their rounds are kept."""
        for poll in self._polls():
            lifecycle.reset_poll(poll)

    def _ask(self, poll: Poll) -> bool:
        """One poll, from the question to the results; True when it is time to end."""
        try:
            if not KINDS[poll.kind].takes_answers:
                lifecycle.put_on_stage(self._room, poll)
                return self._wait(RESULTS_S)
            lifecycle.open_poll(poll)
            lifecycle.put_on_stage(self._room, poll)
            if self._wait(poll.seconds or VOTING_S):
                return True
            if not self._is_on_stage(poll):
                return self._wait(STEP_BACK_S)
            lifecycle.close_poll(poll)
            if poll.points:
                return self._wait(RESULTS_S) or self._show_board()
        except (PollError, Poll.DoesNotExist) as error:
            logger.info("The demo leaves poll %s alone: %s", poll.code, error)
            return self._wait(STEP_BACK_S)
        return self._wait(RESULTS_S)

    def _show_board(self) -> bool:
        lifecycle.set_screen(self._room, Screen.BOARD)
        is_over = self._wait(RESULTS_S)
        lifecycle.set_screen(self._room, Screen.CONTENT)
        return is_over

    def _is_on_stage(self, poll: Poll) -> bool:
        return Room.objects.filter(pk=self._room.pk, current=poll).exists()
