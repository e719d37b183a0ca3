"""Seal what is stored of second factors with the secret key of today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.second_factors import seal_all


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of second factors with SECRET_KEY: plain ones, and those of former keys. May be repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        n_sealed, n_unreadable = seal_all()
        self.stdout.write(f"Second factors sealed anew: {n_sealed}.")
        if n_unreadable:
            raise CommandError(
                f"{n_unreadable} cannot be read: put the key that sealed them into SECRET_KEY_FALLBACKS,"
                " or let operators forget these second factors."
            )
