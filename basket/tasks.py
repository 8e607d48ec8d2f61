"""The doors by which work on bundles enters: each takes an id, calls the domain, queues what comes next."""

from uuid import UUID

from celery import shared_task
from django.db import transaction

from basket import bundles, filling, finishing, pausing
from basket.models import Bundle
from basket.phases import Phase

LOOK_AGAIN_S = 1.0


@shared_task(bind=True, max_retries=None)
def start_bundle(self, bundle_id: str) -> None:  # type: ignore[no-untyped-def]
    """Freeze the list, or look again soon while product lists are on their way; then the sweep does."""
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
def fill_file(file_id: int) -> None:
    turn = filling.fill(file_id)
    if turn.again_after_s is not None:
        fill_file.apply_async((file_id,), countdown=turn.again_after_s)
    elif turn.bundle_id is not None:
        _next(turn.bundle_id)


@shared_task
def sweep() -> None:
    """Take up what was left: messages that got lost, files of workers that died, bundles past their time."""
    for bundle_id in bundles.waiting():
        start_bundle.delay(str(bundle_id))
    for file_id in filling.overdue():
        fill_file.delay(file_id)
    for bundle_id in filling.idle():
        _next(bundle_id)
    bundles.expire()


def queue_bundle(bundle: Bundle) -> None:
    """Nudge the workers about a new bundle once its row is committed."""
    first = start_bundle if bundle.phase == Phase.PENDING else go_on
    transaction.on_commit(lambda: first.delay(str(bundle.pk)))


def _next(bundle_id: UUID) -> None:
    for file_id in filling.top_up(bundle_id):
        fill_file.delay(file_id)
    finishing.finish(bundle_id)
