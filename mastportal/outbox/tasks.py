"""Queues what is to be sent. Each task takes ids only and calls one domain function; imports no views."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from mastportal.outbox import lease, pruning, sending


@shared_task
def sweep() -> None:
    """Queue each delivery whose time has come."""
    for pk in lease.due():
        send.delay(str(pk))


@shared_task
def send(delivery_id: str) -> None:
    sending.send(UUID(delivery_id))


@shared_task
def clean() -> None:
    """Forget what was told long ago."""
    pruning.prune()


def soon() -> None:
    """After the commit, look for what is to be sent at once: for doors that just told somebody something."""
    transaction.on_commit(sweep.delay, robust=True)
