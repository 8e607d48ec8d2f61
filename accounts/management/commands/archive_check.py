"""`manage archive_check`: asks the configured archive a few small questions and says what it found."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import archive
from accounts.management.naming import credential_of
from mastportal.mast.probe import archive_check


class Command(BaseCommand):
    help = "Look politely at the archive: resolver, count, a product list, a small file, ranges, a token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--token-of", metavar="USER", help="check this person's stored token, too")

    def handle(self, *args: Any, **options: Any) -> None:
        credential = credential_of(options["token_of"]) if options["token_of"] else None
        self.stdout.write(f"Archive: {archive.archive().base_url}")
        failed = 0
        for line in archive_check(archive.archive(), credential):
            self.stdout.write(str(line))
            failed += not line.ok
        if failed:
            raise CommandError(f"{failed} of the archive's answers were not as the portal needs them.")
