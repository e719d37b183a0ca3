"""Write a safe copy of the database, while people vote."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.backups import BackupError, back_up


class Command(BaseCommand):
    help = "Write a safe copy of the database to FILE, while people vote."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="where to; must not exist")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            back_up(file)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Everything is in {file} ({file.stat().st_size:,} bytes). Keep the secret key with it.")
