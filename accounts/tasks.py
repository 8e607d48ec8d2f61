"""The door by which the clock enters: keeps the archive's status fresh when nobody asks it anything."""

from celery import shared_task

from accounts import archive


@shared_task
def beat() -> None:
    archive.listen()
