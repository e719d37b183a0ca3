"""Print the JSON Schema of room files; docs/room-file.schema.json is this, and a test compares."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from live_polls.domain.room_file_schema import schema


class Command(BaseCommand):
    help = "Print the JSON Schema of room files, for editors."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        self.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False))
