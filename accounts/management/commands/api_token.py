"""`manage api_token USER`: makes an API key and prints it as the last word on standard output."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from accounts import keys


class Command(BaseCommand):
    help = "Make a new API key for USER and print it, once, as the last word."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the person's user name")
        parser.add_argument("--name", default="command line", help="what the key is for")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["user"]).first()
        if person is None:
            raise CommandError(f"There is no person named {options['user']}.")
        _, key = keys.make(person, options["name"][:60])
        self.stdout.write(f"API key of {person.get_username()}, shown only now: {key}")
