"""The doors through which workers enter: ids in, one domain call each. Imports no views."""

import importlib
import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from celery import shared_task
from celery.signals import worker_init
from django.db import transaction

from mastportal.search import lookups, parallel, products, results

# Valkey hands out the lowest number first: a person's question goes before a thousand product lists.
NOW, SOON, LATER = 0, 3, 9
LISTS_A_TASK, LISTS_AT_ONCE = 16, 8


@worker_init.connect
def load_client(sender: Any, **_: object) -> None:
    """Load astroquery before children are forked: its seconds belong to no lease, its memory is shared."""
    if "ask" in sender.app.amqp.queues.consume_from:
        importlib.import_module("mastportal.mast.portal")


@shared_task
def run_result(result_id: str) -> None:
    results.run(uuid.UUID(result_id))


@shared_task
def answer_lookup(lookup_id: str) -> None:
    lookups.answer(uuid.UUID(lookup_id))


@shared_task
def harvest_products(list_ids: list[int]) -> None:
    parallel.each(products.harvest, list_ids, at_once=LISTS_AT_ONCE)


@shared_task
def sweep() -> None:
    """Queue again what got lost, and remove what has had its time."""
    queue_results(results.due())
    queue_lookups(lookups.due())
    queue_products(products.due())
    results.expire()
    lookups.expire()


def queue_results(ids: Iterable[uuid.UUID]) -> None:
    """Nudge the workers once the rows are committed."""
    for pk in ids:
        transaction.on_commit(partial(run_result.apply_async, (str(pk),), priority=SOON))


def queue_lookups(ids: Iterable[uuid.UUID]) -> None:
    """Nudge the workers once the rows are committed."""
    for pk in ids:
        transaction.on_commit(partial(answer_lookup.apply_async, (str(pk),), priority=NOW))


def queue_products(ids: Iterable[int]) -> None:
    """Nudge the workers once the rows are committed, about several lists at a time.

    Most of a list's time is waiting for the archive: one worker waits for several at once.
    """
    for some in batched(ids, LISTS_A_TASK):
        transaction.on_commit(partial(harvest_products.apply_async, (some,), priority=LATER))


def batched(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    """The ids in lists of up to `size`."""
    coming = iter(ids)
    while some := list(islice(coming, size)):
        yield some
