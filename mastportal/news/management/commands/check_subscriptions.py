"""`check_subscriptions`: look now at everything that is followed, and tell what is to be told."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mastportal.news import giving, tasks, watching
from mastportal.news.models import Watch

LOOK_AGAIN_S = 0.2


class Command(BaseCommand):
    help = "Asks the archive now about all that is followed, and tells what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--digests", action="store_true", help="tell daily, weekly and monthly ones, too")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = [str(watch) for watch in watching.followed().order_by("pk") if not self._looked(watch)]
        tasks.tell_all()
        told = sum(giving.give(pk, early=options["digests"]) for pk in giving.to_be_told())
        if told:
            self.stdout.write(f"{told} events told in digests")
        if failed:
            raise CommandError(f"No look was possible at: {', '.join(failed)}")

    def _looked(self, watch: Watch) -> bool:
        """Look once, after whoever is looking now."""
        until = time.monotonic() + 2 * settings.LEASE_S
        while time.monotonic() < until:
            watching.queue(watch.pk)
            found = watching.look(watch.pk, thorough=True)
            watch.refresh_from_db()
            if found is not None:
                self.stdout.write(f"{watch}: {found} events")
                return True
            if watch.phase == "ERROR":
                self.stdout.write(f"{watch}: {watch.error}")
                return False
            time.sleep(LOOK_AGAIN_S)
        return False
