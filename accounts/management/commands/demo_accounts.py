"""`manage demo_accounts`: makes the demo accounts with passwords from a file that only its owner can read."""

import json
import stat
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.views.decorators.debug import sensitive_variables

from accounts import demo


class Command(BaseCommand):
    help = "Make alice, bob, charlie and admin beside the sandbox archive; refuses beside any other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--passwords",
            default=settings.DEMO_PASSWORDS_FILE,
            help="JSON of names and passwords, mode 600 (default: the setting DEMO_PASSWORDS_FILE)",
        )

    @sensitive_variables()
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["passwords"]:
            raise CommandError("Give --passwords FILE or set DEMO_PASSWORDS_FILE.")
        try:
            names = demo.make_people(_read(Path(options["passwords"])))
        except demo.NotASandbox as error:
            raise CommandError(str(error)) from None
        except KeyError as error:
            raise CommandError(f"The passwords' file has no password for {error.args[0]}.") from None
        self.stdout.write(f"Demo accounts: {', '.join(names)}")


def _read(path: Path) -> dict[str, str]:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise CommandError(f"{path} can be read by others; give it mode 600.")
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is not a readable JSON file: {error}") from None
