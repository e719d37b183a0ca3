"""Delete what is kept no longer."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from live_polls.domain.retention import purge_room, rooms_to_purge


class Command(BaseCommand):
    help = "Delete the ballots of rooms that ended long ago (totals stay), and expired sign-ins. May be repeated."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=settings.RETENTION_DAYS, help="default: RETENTION_DAYS")
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, delete nothing")

    def handle(self, *, days: int, dry_run: bool, **options: Any) -> None:
        for room in rooms_to_purge(days=days):
            if dry_run:
                self.stdout.write(f"{room.join_code} {room.title}: would be purged")
            else:
                self.stdout.write(f"{room.join_code} {room.title}: {purge_room(room)} ballots deleted, totals kept")
        if not dry_run:
            call_command("clearsessions")
