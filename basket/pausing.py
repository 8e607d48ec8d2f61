"""Owns the pause of a bundle for which there is no room: what it says meanwhile, when it is given up.

While it pauses one file at a time tries again, in turn; the first that does not find it full ends the pause.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from basket import giving_way
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files import fetching, room
from mastportal.work import Lease, LeaseLost


@transaction.atomic
def pause(file: BundleFile, lease: Lease, sentence: str) -> None:
    """Put a file back among those whose turn will come, none of its attempts lost. Raises LeaseLost."""
    held = BundleFile.objects.filter(pk=file.pk, lease_token=lease.token, phase=Phase.EXECUTING)
    back = held.update(
        phase=Phase.PENDING,
        attempts=F("attempts") - 1,
        lease_token=None,
        lease_until=None,
        nudged_at=Now(),
    )
    if back != 1:
        raise LeaseLost
    _speaking(file.bundle_id).filter(phase=Phase.EXECUTING).update(waits_for=sentence)


def end_pause(bundle: Bundle) -> None:
    """A file went its way, there or given up; the next that finds no room begins another pause."""
    if bundle.waits_for:
        _speaking(bundle.pk).update(waits_for="")


def _speaking(bundle_id: UUID) -> QuerySet[Bundle]:
    """The bundle, unless it gave way to another: then what it says stays until that one has ended."""
    return Bundle.objects.filter(pk=bundle_id, gives_way_to=None)


def next_files(bundle: Bundle, free: int) -> list[int]:
    """The ids of the files to be queued into so many free places; of a bundle that pauses, one that tries."""
    if giving_way.must_wait(bundle):
        return []
    waiting = bundle.files.filter(phase=Phase.PENDING)
    if bundle.waits_for:
        waiting, free = waiting.order_by("nudged_at", "n"), 1 - _under_way(bundle).count()
    else:
        waiting = waiting.order_by("n")
    return list(waiting.values_list("pk", flat=True)[: max(0, free)])


def _under_way(bundle: Bundle) -> QuerySet[BundleFile]:
    return bundle.files.filter(phase__in=[Phase.QUEUED, Phase.EXECUTING])


@transaction.atomic
def give_up_if_too_large(bundle_id: UUID) -> bool:
    """End a bundle that the store could never hold, saying so, before anything is fetched; whether it was."""
    bundle = Bundle.objects.select_for_update().filter(pk=bundle_id, phase=Phase.EXECUTING).first()
    sentence = _too_large(bundle) if bundle else ""
    if bundle is None or not sentence:
        return False
    waiting = bundle.files.filter(status=Status.WAITING)
    freed = {"lease_token": None, "lease_until": None}
    waiting.update(phase=Phase.ERROR, status=Status.FAILED, error=sentence, error_kind="too_large", **freed)
    bundle.notes = [*bundle.notes, f"{sentence} Ask for fewer files, or an administrator for more room."]
    bundle.phase, bundle.ended_at, bundle.waits_for = Phase.ERROR, Now(), ""
    bundle.save(update_fields=["notes", "phase", "ended_at", "waits_for"])
    return True


def _too_large(bundle: Bundle) -> str:
    listed = dict(bundle.files.exclude(status=Status.REMOTE).values_list("data_uri", "expected_bytes"))
    whole = sum(size or 0 for size in listed.values())
    if not room.never_fits(whole, whole, bundle.group_id):
        return ""
    here = fetching.held(listed)
    elsewhere = sum(listed[uri] or 0 for uri, file in here.items() if file.linked)
    not_theirs = [file for file in here.values() if file.group_id != bundle.group_id and not file.linked]
    others = sum(listed[file.data_uri] or 0 for file in not_theirs)
    return room.never_fits(whole - elsewhere, whole - elsewhere - others, bundle.group_id)
