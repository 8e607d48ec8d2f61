"""Queues the store's own chores. Each calls one domain function; imports no views."""

from celery import shared_task

from mastportal.files import previews, pruning, unlocking


@shared_task
def clean() -> None:
    """Remove leftovers from the store, and what is over a quota."""
    for _ in pruning.prune():
        pass


@shared_task
def unlock() -> None:
    """What the archive gives to everybody by now is public here, too."""
    unlocking.unlock()


@shared_task
def fetch_preview(file_id: int, user_id: int) -> None:
    """A picture that a person looks for."""
    previews.fetch(file_id, user_id)
