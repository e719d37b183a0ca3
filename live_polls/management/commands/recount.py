"""Compare the tallies with the ballots they are derived from."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.access import find_room
from live_polls.domain.question_recount import recount_upvotes
from live_polls.domain.tally import recount
from live_polls.errors import RoomNotFoundError
from live_polls.models import Room


class Command(BaseCommand):
    help = "Compare tallies with ballots, and upvotes with their count, exactly, also while people vote. Exits with 1 when they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("room", nargs="?", metavar="ROOM", help="a join code or slug; without it every room")
        parser.add_argument("--repair", action="store_true", help="set each tally to what its ballots say")

    def handle(self, *, room: str | None, repair: bool, **options: object) -> None:
        found = _find(room) if room else None
        differences = recount(found, repair=repair)
        of_questions = recount_upvotes(found, repair=repair)
        for one in of_questions:
            self.stdout.write(f"question {one.question.code}: stored {one.stored} upvotes, counted {one.counted}")
        for it in differences:
            self.stdout.write(
                f"poll {it.poll.code}, round {it.round}, counter {it.counter}: stored {it.stored}, counted {it.counted}"
            )
        if n_wrong := len(differences) + len(of_questions):
            outcome = "mended" if repair else "found; --repair mends them"
            raise CommandError(f"{n_wrong} differences {outcome}.", returncode=1)
        self.stdout.write("Every tally is what its ballots say.")


def _find(name: str) -> Room:
    by_slug = Room.objects.filter(slug=name).first()
    try:
        return by_slug or find_room(name)
    except RoomNotFoundError:
        raise CommandError(f"There is no room {name}.") from None
