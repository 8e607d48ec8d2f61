"""Owns which stored files live bundles need, and tells a bundle that one of its files is lost.

A bundle lives while it is under way and, once complete, until its layout is let go. Never enqueues.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet

from basket.models import Bundle, BundleFile
from basket.phases import UNDER_WAY, Phase
from mastportal.files.models import StoredFile

LIVE = Q(phase__in=UNDER_WAY) | Q(phase=Phase.COMPLETED, size_bytes__isnull=False)


class LiveBundles:
    """What bundles need of the store (mastportal.files.needs.Need)."""

    def rows(self) -> Iterable[QuerySet[BundleFile]]:
        """Files in a live bundle, and those that one under way has yet to get, unless it gives way."""
        live = Bundle.objects.filter(LIVE).values("pk")
        yield BundleFile.objects.filter(bundle__in=live, stored_file=OuterRef("pk"))
        going_on = Bundle.objects.filter(phase__in=UNDER_WAY, gives_way_to=None).values("pk")
        still_to_come = BundleFile.objects.filter(phase__in=UNDER_WAY, bundle__in=going_on)
        yield still_to_come.filter(data_uri=OuterRef("data_uri"))

    def people(self, file: StoredFile) -> Iterable[User]:
        return User.objects.filter(bundles__in=_of(file)).distinct()

    def tell_lost(self, file: StoredFile, sentence: str) -> None:
        """Each live bundle with this file says so, once."""
        note = f"{sentence} Make this bundle again to have the rest, and what the archive has now."
        with transaction.atomic():
            for bundle in _of(file).select_for_update().only("notes"):
                if note not in bundle.notes:
                    Bundle.objects.filter(pk=bundle.pk).update(notes=[*bundle.notes, note])


def _of(file: StoredFile) -> QuerySet[Bundle]:
    with_it = BundleFile.objects.filter(stored_file=file).values("bundle")
    return Bundle.objects.filter(LIVE, pk__in=with_it)
