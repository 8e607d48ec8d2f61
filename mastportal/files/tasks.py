"""Queues the store's own chores. Each calls one domain function; imports no views."""

from celery import shared_task

from mastportal.files import cleaning


@shared_task
def clean() -> None:
    """Remove leftovers from the store."""
    cleaning.clean()
