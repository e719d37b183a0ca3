"""Print the AsyncAPI document of the socket; docs/asyncapi.json is this, and a test compares."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from live_polls.live.asyncapi import document


class Command(BaseCommand):
    help = "Print the AsyncAPI 3 document of the socket protocol as JSON."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        self.stdout.write(json.dumps(document(), indent=2, ensure_ascii=False))
