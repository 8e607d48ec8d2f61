"""`manage rotate_keys`: seals every stored MAST token again under the newest key, while the portal runs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import tokens
from mastportal import keyring


class Command(BaseCommand):
    help = "Seal every stored MAST token again under the newest key; older keys may then be dropped."

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
        sealed_again, unreadable = tokens.rotate()
        self.stdout.write(f"{sealed_again} stored tokens are sealed under the newest key.")
        if unreadable:
            raise CommandError(
                f"{unreadable} stored tokens open with none of TOKEN_KEYS: put the key they were sealed with "
                "back at the end of the list, or have their owners enter them again."
            )

    def _drop_old(self) -> None:
        """What was sealed under an older key just now, while this ran, is found and sealed again."""
        every = keyring.keys()
        keyring.keep_only(every[:1])
        if tokens.rotate()[1]:
            keyring.keep_only(every)
            self._seal_again()
            keyring.keep_only(every[:1])
        self.stdout.write(f"{len(every) - 1} older keys were dropped.")
