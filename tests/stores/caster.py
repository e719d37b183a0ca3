"""One process that casts ballots as fast as it can, or runs the room meanwhile: `python -m tests.stores.caster`.

Arguments: a seed, how many batches, and the participants' prefix; or a seed, how many deeds, and `host`. What it does
is in a random order of its own, so that several of them want the same rows in every order.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from random import Random

import django

N_PARTICIPANTS = 40
BATCH = 60


def cast_all(chance: Random, n_batches: int, prefix: str) -> None:
    """Batches over polls of several rooms; participants shared with other casters, so that ballots collide, too."""
    from live_polls.domain.ballots import Cast, Counted, cast_batch  # noqa: PLC0415 -- only after django.setup()
    from live_polls.models import Poll  # noqa: PLC0415 -- see above

    polls = list(Poll.objects.all())
    seqs = dict.fromkeys(range(N_PARTICIPANTS), 0)
    for _ in range(n_batches):
        casts = []
        for poll in chance.choices(polls, k=BATCH):
            who = chance.randrange(N_PARTICIPANTS)
            seqs[who] += 1
            answer = {"option": chance.randint(1, 3)} if chance.random() < 0.9 else None
            casts.append(
                Cast(poll.room_id, f"{chance.choice([prefix, 'shared'])} {who}", poll.code, 1, seqs[who], answer)
            )
        outcomes = cast_batch(casts)
        print(sum(isinstance(outcome, Counted) for outcome in outcomes))  # noqa: T201 -- what the test reads


def run_rooms(chance: Random, n_deeds: int) -> None:
    """What hosts do while people vote, with every lock that they take."""
    from live_polls.domain import lifecycle, polls, rooms  # noqa: PLC0415 -- only after django.setup()
    from live_polls.domain.polls import PollDraft  # noqa: PLC0415 -- see above
    from live_polls.domain.tally import recount  # noqa: PLC0415 -- see above
    from live_polls.errors import PollNotFoundError  # noqa: PLC0415 -- see above
    from live_polls.models import Poll  # noqa: PLC0415 -- see above

    draft = PollDraft(kind="single_choice", prompt="One more?", options=["Yes", "No"])
    deeds: list[Callable[[Poll], object]] = [
        lambda poll: lifecycle.put_on_stage(poll.room, poll),
        lambda poll: lifecycle.put_on_stage(poll.room, None),
        lifecycle.show_results,
        lifecycle.hide_results,
        lambda poll: polls.move_poll(poll, position=chance.randrange(4)),
        lambda poll: rooms.edit_room(poll.room, title=f"Room {chance.random()}", results="live"),
        lambda poll: recount(poll.room),
        lambda poll: polls.add_poll(poll.room, draft),
        lambda poll: polls.remove_poll(poll) if poll.prompt == draft.prompt else None,
        lambda poll: polls.remove_poll(poll) if poll.prompt == draft.prompt else None,
    ]
    for _ in range(n_deeds):
        poll = chance.choice(list(Poll.objects.select_related("room").order_by("-pk")[:6]))
        try:
            chance.choice(deeds)(poll)
        except (PollNotFoundError, Poll.DoesNotExist):  # the other host was faster
            pass


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    seed, n, what = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if what == "host":
        run_rooms(Random(seed), n)
    else:
        cast_all(Random(seed), n, what)
