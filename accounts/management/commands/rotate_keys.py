"""`manage rotate_keys`: seals every stored MAST token again under the newest of TOKEN_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import tokens


class Command(BaseCommand):
    help = "Seal every stored MAST token again under the newest key; older keys may then be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        sealed_again, unreadable = tokens.rotate()
        self.stdout.write(f"{sealed_again} stored tokens are sealed under the newest key.")
        if unreadable:
            raise CommandError(
                f"{unreadable} stored tokens open with none of TOKEN_KEYS: put the key they were sealed with "
                "back at the end of the list, or have their owners enter them again."
            )
