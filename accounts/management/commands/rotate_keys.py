"""`manage rotate_keys`: seals every stored secret again under the newest key, while the portal runs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import tokens
from mastportal import keyring
from mastportal.outbox import webhooks


def _everything() -> tuple[tuple[int, int], tuple[int, int]]:
    """Of tokens, and of webhooks: how many are sealed again, and how many did not open."""
    of_tokens = tokens.rotate()
    with transaction.atomic():
        return of_tokens, webhooks.reseal()


class Command(BaseCommand):
    help = "Seal every stored token and webhook again under the newest key; older keys may then be dropped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", action="store_true", help="make a new key first")
        parser.add_argument("--drop-old", action="store_true", help="keep only the newest key afterwards")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["new"]:
                keyring.add_new()
            self._seal_again()
            if options["drop_old"]:
                self._drop_old()
        except keyring.CannotChange as error:
            raise CommandError(str(error)) from error

    def _seal_again(self) -> None:
        (tokens_done, tokens_left), (hooks_done, hooks_left) = _everything()
        self.stdout.write(
            f"{tokens_done} stored tokens and {hooks_done} webhooks are sealed under the newest key."
        )
        if tokens_left or hooks_left:
            raise CommandError(
                f"{tokens_left} stored tokens and {hooks_left} webhooks open with none of TOKEN_KEYS: put "
                "the key they were sealed with back at the end of the list, or have them entered again."
            )

    def _drop_old(self) -> None:
        """What was sealed under an older key just now, while this ran, is found and sealed again."""
        every = keyring.keys()
        keyring.keep_only(every[:1])
        if any(left for _, left in _everything()):
            keyring.keep_only(every)
            self._seal_again()
            keyring.keep_only(every[:1])
        self.stdout.write(f"{len(every) - 1} older keys were dropped.")
