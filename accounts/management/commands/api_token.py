"""`manage api_token USER`: makes an API key and prints it as the last word on standard output."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import keys
from accounts.models import Scope

DAYS_MOST = 10_000


class Command(BaseCommand):
    help = "Make a new API key for USER and print it, once, as the last word."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the person's user name")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.WRITE.value, help="what it opens")
        parser.add_argument("--days", type=int, default=0, help="after how many it ends; 0: never")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["user"]).first()
        if person is None:
            raise CommandError(f"There is no person named {options['user']}.")
        if not 0 <= options["days"] <= DAYS_MOST:
            raise CommandError(f"A key ends after 1 to {DAYS_MOST} days, or with 0 never.")
        ends_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        _, key = keys.make(person, options["name"][:60], scope=options["scope"], expires_at=ends_at)
        self.stdout.write(f"API key of {person.get_username()}, shown only now: {key}")
