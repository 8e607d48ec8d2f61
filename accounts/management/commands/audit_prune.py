"""`manage audit_prune --older-than DAYS`: the one way in which entries of the audit ever go."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import audit

LEAST_DAYS = 30


class Command(BaseCommand):
    help = "Remove entries of the audit that are older than so many days; nothing else can remove any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=int, metavar="DAYS", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["older_than"]
        if not LEAST_DAYS <= days <= 36_500:
            raise CommandError(f"Give a number of days from {LEAST_DAYS} on: what is newer always stays.")
        removed = audit.prune(timezone.now() - timedelta(days=days))
        self.stdout.write(f"{removed} entries of the audit older than {days} days were removed.")
