"""Bring back a copy that `backup` wrote."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.backups import BackupError, restore


class Command(BaseCommand):
    help = "Replace the database by the copy in FILE. What came after the copy is lost. Screens follow by themselves."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="written by `backup`")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, file: Path, yes: bool, **options: Any) -> None:
        if not yes and input("This replaces everything in the database. Type yes to go on: ").strip() != "yes":
            raise CommandError("Nothing was changed.")
        try:
            n_rooms = restore(file)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {n_rooms} rooms from {file}. Run `migrate` if the copy is of an older version.")
