"""`manage restore FILE`: makes this portal the one that a backup is of."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mastportal.administration import backups
from mastportal.administration.backups import NotRestored
from mastportal.administration.database_file import DatabaseFileError
from mastportal.embedded.backup_file import NotABackup
from mastportal.files.reseating import Seat


class Command(BaseCommand):
    help = "Bring a backup back: its database, its keys, the stored files in it; nothing else may run."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="give up what this portal holds")
        parser.add_argument("--keys", type=Path, metavar="FOLDER", help="only write the backup's keys there")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["keys"] is not None:
                for path in backups.write_keys(options["file"], options["keys"]):
                    self.stdout.write(f"{path} (mode 600)")
                return
            about, seats = backups.restore(options["file"], replace=options["replace"])
        except (NotRestored, NotABackup, DatabaseFileError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored what was saved at {about.made_at} by version {about.version}.")
        self.stdout.write(f"Of the store {seats[Seat.THERE]} files are here.")
        if lost := seats[Seat.MISSING] + seats[Seat.OTHER]:
            self.stdout.write(
                f"{lost} are not: `files verify` fetches anew what bundles need, all else comes when wanted."
            )
