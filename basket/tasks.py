"""The doors by which work on bundles enters: each takes an id, calls the domain, queues what comes next."""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from celery import shared_task
from django.contrib.auth.models import User
from django.db import transaction

from basket import arriving, bundles, filling, finishing, pausing
from basket.lines import contents_of
from basket.models import Arrival, Basket, Bundle, Staging
from basket.phases import Phase
from basket.pipeline import gathering
from basket.ways import staging, streamed
from mastportal.search.products import want
from mastportal.search.tasks import queue_products

LOOK_AGAIN_S = 1.0
QUESTIONS = "ask"


@shared_task(bind=True, max_retries=None)
def start_bundle(self, bundle_id: str) -> None:  # type: ignore[no-untyped-def]
    """Freeze the list, or look again soon while product lists are on their way; then the sweep does."""
    queue_gatherings(gathering.ask_for_bundle(UUID(bundle_id)))
    if bundles.freeze(UUID(bundle_id)):
        go_on.delay(bundle_id)
    elif self.request.retries < 60 and bundles.is_waiting(UUID(bundle_id)):
        raise self.retry(countdown=LOOK_AGAIN_S)


@shared_task
def go_on(bundle_id: str) -> None:
    """Take what the store has, queue the first files, or finish when nothing is left to fetch."""
    filling.take_what_is_here(UUID(bundle_id))
    pausing.give_up_if_too_large(UUID(bundle_id))
    _next(UUID(bundle_id))


@shared_task
def take_next(bundle_id: str) -> None:
    """Queue files that were put back among those whose turn will come."""
    _next(UUID(bundle_id))


@shared_task
def fill_file(file_id: int) -> None:
    turn = filling.fill(file_id)
    if turn.again_after_s is not None:
        fill_file.apply_async((file_id,), countdown=turn.again_after_s)
    elif turn.bundle_id is not None:
        _next(turn.bundle_id)


@shared_task
def gather(gathering_id: int) -> None:
    """Find what the pipeline needs; again soon while product lists are on their way."""
    if (wait_s := gathering.gather(gathering_id)) is not None:
        gather.apply_async((gathering_id,), countdown=wait_s, queue=QUESTIONS)


@shared_task
def arrive(arrival_id: int) -> None:
    """The rows of a basket that came in as a file, then their product lists."""
    if (basket_id := arriving.arrive(arrival_id)) is not None:
        for basket in Basket.objects.filter(pk=basket_id):
            queue_products(want(contents_of(basket).executed))


@shared_task
def lay_out(staging_id: int) -> None:
    """A bundle's files into the lab's folder."""
    staging.lay_out(staging_id)


@shared_task
def clear_staging() -> None:
    staging.clear()


@shared_task
def sweep() -> None:
    """Take up what was left: messages that got lost, files of workers that died, bundles past their time."""
    for bundle_id in bundles.waiting():
        start_bundle.delay(str(bundle_id))
    for file_id in filling.overdue():
        fill_file.delay(file_id)
    for bundle_id in filling.idle():
        _next(bundle_id)
    queue_gatherings(gathering.due())
    for arrival_id in arriving.due():
        arrive.apply_async((arrival_id,), queue=QUESTIONS)
    bundles.expire()
    streamed.clear()
    for staging_id in staging.overdue():
        lay_out.delay(staging_id)
    staging.clear()


def queue_gatherings(ids: Iterable[int]) -> None:
    """Nudge the workers who ask questions, once the rows are committed."""
    for pk in ids:
        transaction.on_commit(partial(gather.apply_async, (pk,), queue=QUESTIONS))


def queue_arrival(arrival: Arrival) -> None:
    """Nudge the workers who ask questions, once the row is committed."""
    transaction.on_commit(partial(arrive.apply_async, (arrival.pk,), queue=QUESTIONS))


def queue_bundle(bundle: Bundle) -> None:
    """Nudge the workers about a new bundle once its row is committed."""
    first = start_bundle if bundle.phase == Phase.PENDING else go_on
    transaction.on_commit(lambda: first.delay(str(bundle.pk)))


def queue_next(bundle: Bundle) -> None:
    """Nudge the workers about files of a bundle under way that are to be tried again."""
    transaction.on_commit(lambda: take_next.delay(str(bundle.pk)))


def queue_staging(wanted: Staging) -> None:
    transaction.on_commit(lambda: lay_out.delay(wanted.pk))


def queue_clearing() -> None:
    transaction.on_commit(clear_staging.delay)


def bundle_instead(row: dict[str, Any], user: User, question: str = "") -> Bundle:
    """The person's bundle of one observation, queued where there was none."""
    with transaction.atomic():
        bundle = bundles.observation_in_hand(str(row["obsid"]), user)
        if bundle is None:
            bundle = bundles.request_observation(row, user, question)
            queue_bundle(bundle)
    return bundle


def _next(bundle_id: UUID) -> None:
    for file_id in filling.top_up(bundle_id):
        fill_file.delay(file_id)
    finishing.finish(bundle_id)
