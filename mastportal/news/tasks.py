"""The doors through which workers enter the news: ids in, one domain call each. Imports no views."""

import logging
from collections.abc import Callable, Iterable
from functools import partial

from celery import shared_task
from django.db import transaction

from basket.tasks import queue_bundle
from mastportal.news import dropping, giving, keeping, rules, watching
from mastportal.search.tasks import LATER, queue_products
from mastportal.work import SERVICE_IS_AWAY

logger = logging.getLogger(__name__)


@shared_task
def look(watch_id: int) -> None:
    """Look at one thing, and tell at once who wishes to hear at once; the next that is due has its place."""
    if watching.look(watch_id):
        tell_all()
    queue_looks(watching.due())


@shared_task
def sweep() -> None:
    """Queue the looks whose time has come, tell what is to be told, and let go of what is old."""
    queue_looks(watching.due())
    queue_files(dropping.due())
    tell_all()
    giving.roll_on()
    keeping.forget_old()


@shared_task
def fill_from_file(event_file_id: int) -> None:
    """Look up the filesets of MAST's own subscription file."""
    queue_products(dropping.fill(event_file_id))


def queue_files(ids: Iterable[int]) -> None:
    """Nudge the workers once the rows are committed."""
    for pk in ids:
        transaction.on_commit(partial(fill_from_file.delay, pk))


def tell_all() -> None:
    """Tell who is to be told now; rules first, so that a message comes when its bundle is under way."""
    _each(rules.waiting(), _act)
    _each(giving.to_be_told(), giving.give)


def _each(subscription_ids: Iterable[int], do: Callable[[int], object]) -> None:
    """One that meets a fault of ours keeps no other from being told; it is tried again by the next sweep."""
    for subscription_id in subscription_ids:
        try:
            do(subscription_id)
        except SERVICE_IS_AWAY:
            raise
        except Exception:
            logger.exception("subscription %s met a fault of the portal's", subscription_id)


def _act(subscription_id: int) -> None:
    with transaction.atomic():
        done = rules.act(subscription_id)
        if done is not None:
            queue_products(done.list_ids)
        if done is not None and done.bundle is not None:
            queue_bundle(done.bundle)


def queue_looks(ids: Iterable[int]) -> None:
    """Nudge the workers once the rows are committed."""
    for pk in ids:
        transaction.on_commit(partial(look.apply_async, (pk,), priority=LATER))


def queue_first_look(watch_id: int) -> None:
    """What somebody follows from now on is looked at soon, so that what is there now is known."""
    if watching.queue(watch_id):
        queue_looks([watch_id])
