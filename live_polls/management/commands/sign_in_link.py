"""Print a link with which somebody chooses a new password and signs in: for who has forgotten it and gets no mail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from live_polls.domain.accounts import forget_second_factors, note_sign_in_link
from live_polls.domain.records import COMMAND, acting_as
from live_polls.models import Account


class Command(BaseCommand):
    help = "Print a link, good once and for a few hours, with which the owner of EMAIL chooses a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--forget-second-factor",
            action="store_true",
            help="also remove authenticator app, passkeys and recovery codes, for who has lost them all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(email=options["email"].strip().lower()).first()
        if account is None:
            raise CommandError(f"Nobody signs in with {options['email']} here.")
        if not account.is_active:
            raise CommandError(f"The account of {account.email} is switched off.")
        with acting_as(COMMAND):
            if options["forget_second_factor"]:
                self.stderr.write(f"Second factors forgotten: {forget_second_factors(account)}.")
            note_sign_in_link(account)
        key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
        self.stdout.write(get_adapter().get_reset_password_from_key_url(key))
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stderr.write(f"Good once, for {hours} hours. Whoever has it can take the account over.")
