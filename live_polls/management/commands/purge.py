"""Delete what is kept no longer."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from live_polls.domain.pictures import purge_pictures, unused_pictures
from live_polls.domain.retention import purge_records, purge_room, records_to_purge, rooms_to_purge


class Command(BaseCommand):
    help = "Delete the ballots of rooms that ended long ago (totals stay), old records without a room, unused pictures, and expired sign-ins. May be repeated."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=settings.RETENTION_DAYS, help="default: RETENTION_DAYS")
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, delete nothing")

    def handle(self, *, days: int, dry_run: bool, **options: Any) -> None:
        for room in rooms_to_purge(days=days):
            if dry_run:
                self.stdout.write(f"{room.join_code} {room.title}: would be purged")
            else:
                self.stdout.write(f"{room.join_code} {room.title}: {purge_room(room)} ballots deleted, totals kept")
        n_unused = unused_pictures().count() if dry_run else purge_pictures()
        if n_unused:
            said = "would be deleted" if dry_run else "deleted"
            self.stdout.write(f"{n_unused} pictures that no poll shows: {said}")
        n_old = records_to_purge(days=days).count() if dry_run else purge_records(days=days)
        if n_old:
            said = "would be deleted" if dry_run else "deleted"
            self.stdout.write(f"{n_old} records of accounts and of rooms that are gone: {said}")
        if not dry_run:
            call_command("clearsessions")
