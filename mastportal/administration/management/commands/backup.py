"""`manage backup FILE`: the database and the keys in one file, with --store the stored files, too."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mastportal.administration import backups
from mastportal.administration.database_file import DatabaseFileError
from mastportal.tables.cells import size_words


class Command(BaseCommand):
    help = "Write the database and the keys, with --store also the stored files, into FILE (mode 600)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", action="store_true", help="the files of the store, too")
        parser.add_argument("--force", action="store_true", help="instead of a file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"].absolute()
        if path.exists() and not options["force"]:
            raise CommandError(f"{path} is there already: give another name, or --force.")
        try:
            about = backups.make(path, with_store=options["store"])
        except (DatabaseFileError, OSError) as error:
            raise CommandError(str(error)) from error
        stored = f"{about.files} stored files ({size_words(about.bytes)})"
        self.stdout.write(f"{path}: database, keys{' and ' + stored if options['store'] else ''}.")
        if not options["store"]:
            self.stdout.write(f"Not in it: {stored}; copy the store's folder, or fetch them anew.")
        self.stdout.write("It opens every sealed token: only its owner may read it (mode 600), keep it so.")
