from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LivePollsConfig(AppConfig):
    name = "live_polls"
    verbose_name = _("live polls")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from live_polls.domain import record_gate, rights  # noqa: PLC0415 -- models are there from now on

        record_gate.watch()
        rights.watch()
