"""Owns trying again what failed: in place while a bundle is under way, else as a new bundle of just that.

Never enqueues: the doors do.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from basket.models import Bundle, BundleFile
from basket.phases import GIVEN_UP, Phase, Status

NOTHING_FAILED = "No file of this bundle failed, so there is nothing to try again."


def given_up(bundle: Bundle) -> QuerySet[BundleFile]:
    """The files that are not in a bundle, or not in it so far as things stand; of a stopped one all the rest.

    Links to other sites are none of them: they never are in one.
    """
    rest = [Status.WAITING] if bundle.phase in (Phase.ABORTED, Phase.ERROR) else []
    return BundleFile.objects.filter(bundle_id=bundle.pk, status__in=[*GIVEN_UP, *rest])


@transaction.atomic
def try_again(bundle_id: UUID, numbers: Sequence[int] | None = None, *, by: int) -> int:
    """Put files that were given up back among those whose turn will come; how many.

    Exclusive ones then come with the token of the person `by` (an id; 0 is nobody), whosesoever bundle it is.
    Nothing of a bundle that has ended meanwhile: what is stored then never changes.
    """
    under_way = Bundle.objects.filter(pk=bundle_id, phase=Phase.EXECUTING, lease_token=None)
    bundle = under_way.select_for_update().only("pk", "phase").first()
    if bundle is None:
        return 0
    files = given_up(bundle).filter(phase=Phase.ERROR)
    if numbers is not None:
        files = files.filter(n__in=list(numbers))
    fresh = {"attempts": 0, "error": "", "error_kind": "", "started_at": None, "ended_at": None}
    return files.update(
        tried_by=by, phase=Phase.PENDING, status=Status.WAITING, nudged_at=Now(), queued_at=Now(), **fresh
    )
