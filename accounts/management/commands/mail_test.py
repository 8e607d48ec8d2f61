"""`manage mail_test ADDRESS`: sends one mail and says which way it left, or why it did not."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import mail


class Command(BaseCommand):
    help = "Send a mail to ADDRESS the way all the portal's mails go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="where to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(mail.try_out(options["address"]))
        except mail.NotSent as error:
            raise CommandError(str(error)) from None
