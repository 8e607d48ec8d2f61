"""Owns what fills the store: by group, programme and origin, and how much room there is. Changes nothing."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, Func, QuerySet, Sum, TextField, Value
from django.db.models.functions import Coalesce, Concat

from mastportal.files import cleaning, room, store
from mastportal.files.models import StoredFile
from mastportal.work import Phase

NOBODY = "(no group)"


@dataclass(frozen=True, slots=True)
class Share:
    """How many stored files, and bytes, are of one group, programme or origin."""

    name: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes throughout; `quota_bytes` 0 is no limit but the disk's, `removable_bytes` what nobody needs."""

    groups: list[Share]
    programmes: list[Share]
    origins: list[Share]
    used_bytes: int
    removable_bytes: int
    quota_bytes: int
    free_bytes: int
    quarantined: int


def usage() -> Usage:
    """As things stand; files that lie elsewhere (adopted by link) are counted in the lists only."""
    stored = StoredFile.objects.filter(phase=Phase.COMPLETED)
    mission = Func(F("data_uri"), template="split_part(split_part(%(expressions)s, ':', 2), '/', 1)")
    programme = Concat(mission, Value(" "), "programme", output_field=TextField())
    return Usage(
        groups=_shares(stored, Coalesce("group__name", Value(NOBODY))),
        programmes=_shares(stored, programme),
        origins=_shares(stored, F("origin")),
        used_bytes=room.used_bytes(),
        removable_bytes=cleaning.removable().aggregate(sum=Sum("size_bytes"))["sum"] or 0,
        quota_bytes=settings.STORE_QUOTA_BYTES,
        free_bytes=store.free_bytes(),
        quarantined=StoredFile.objects.filter(quarantined_at__isnull=False).count(),
    )


def _shares(stored: QuerySet[StoredFile], by: Any) -> list[Share]:
    size = Coalesce(Sum("size_bytes"), 0, output_field=BigIntegerField())
    counts = stored.annotate(share=by).values("share").annotate(files=Count("pk"), bytes=size)
    rows = counts.order_by("-bytes", "share").values_list("share", "files", "bytes")
    return [Share(str(name).strip(), files, total) for name, files, total in rows]
