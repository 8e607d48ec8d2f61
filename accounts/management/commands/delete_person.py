"""`manage delete_person USER --yes`: removes a person with all that is theirs alone."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from accounts.groups import leaving
from mastportal.conflicts import Conflict

WHAT_GOES = (
    "Searches, MAST token, API keys, settings, and baskets and bundles that are in no group are deleted; "
    "what was shared stays with its group, in an owner's hands; the audit keeps a number instead of the name."
)


class Command(BaseCommand):
    help = f"Remove USER for good. {WHAT_GOES}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the person's user name")
        parser.add_argument("--yes", action="store_true", help="do it; else only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["user"]).first()
        if person is None:
            raise CommandError(f"There is no person named {options['user']}.")
        if reason := leaving.in_the_way(person):
            raise CommandError(reason)
        if not options["yes"]:
            self.stdout.write(f"{WHAT_GOES}\nNothing was done yet: say --yes to remove {person}.")
            return
        try:
            leaving.remove_person(person, by=None)
        except Conflict as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['user']} was removed.")
