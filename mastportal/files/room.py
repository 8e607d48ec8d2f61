"""Owns how much the store may hold: room is reserved before bytes come, so that a full disk is said, not met.

Reserving takes turns in the database, so several workers together never take more than there is.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Greatest, Now

from accounts.models import ResearchGroup
from mastportal.files import cleaning, store
from mastportal.files.models import StoredFile
from mastportal.work import Phase

# Any number, the same in each process: who holds it is the one that reserves.
TURN = 0x726F6F6D
ROUNDS = 5
# A file of unknown size reserves ahead of what came: at least so much, and an eighth of it.
AHEAD_BYTES = 1 << 20


class StoreFull(Exception):
    """There is no room for this file; the text says so in a sentence. Nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """So many bytes are missing, of a group's share or of the whole store's."""

    missing_bytes: int
    sentence: str
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Bytes free on the disk, in the whole store and in a group's share of it; None is no limit."""

    disk_bytes: int
    store_bytes: int | None
    group_bytes: int | None

    @property
    def bytes(self) -> int:
        """What fits: the least of them."""
        limits = [self.disk_bytes, self.store_bytes, self.group_bytes]
        return min(limit for limit in limits if limit is not None)


def counted() -> QuerySet[StoredFile]:
    """The rows that take room, with `takes_bytes`: what is stored here, and what comes by a living worker."""
    coming = Q(phase=Phase.EXECUTING, lease_until__gt=Now())
    size = Case(
        When(phase=Phase.COMPLETED, then=Coalesce("size_bytes", 0)),
        default=Greatest("reserved_bytes", "received_bytes"),
        output_field=BigIntegerField(),
    )
    return StoredFile.objects.filter(coming | Q(phase=Phase.COMPLETED, linked=False)).annotate(
        takes_bytes=size
    )


def used_bytes(group_id: int | None = None) -> int:
    """What is stored and what is being fetched, reservations in full; of one group, or of all."""
    return _sum(counted() if group_id is None else counted().filter(group_id=group_id))


def reserve(file_id: int, size_bytes: int, received_bytes: int = 0) -> None:
    """Keep room for a file under lease, making it where that can be done. Raises StoreFull.

    `received_bytes` of it are on the disk already. Not to be called inside a transaction that lasts.
    """
    for _ in range(ROUNDS):
        shortage = _take(file_id, size_bytes, received_bytes)
        if shortage is None:
            return
        if not cleaning.make_room(shortage.missing_bytes, shortage.group_id):
            break
    raise StoreFull(shortage.sentence if shortage else "")


def with_margin(received_bytes: int) -> int:
    """How much a file whose size nobody told reserves, after so much came."""
    return received_bytes + max(AHEAD_BYTES, received_bytes // 8)


def never_fits(size_bytes: int, of_group_bytes: int, group_id: int | None) -> str:
    """Why so many bytes can never be in the store at once, however much is removed; empty if they can.

    `of_group_bytes` of them count against the share of the group that asks.
    """
    disk = max(0, store.disk_bytes() - settings.STORE_SPARE_BYTES)
    limits = [
        (of_group_bytes, _quota(group_id), "its research group may keep"),
        (size_bytes, settings.STORE_QUOTA_BYTES, "the portal's store may hold"),
        (size_bytes, disk or 1, "the portal's disk holds"),
    ]
    for wanted, limit, whose in limits:
        if limit and wanted > limit:
            return f"This needs {_gb(wanted)}, and {whose} {_gb(limit)} at most."
    return ""


def left(group_id: int | None) -> Left:
    """How much may still come in before something has to go."""
    coming = counted().filter(phase=Phase.EXECUTING)
    promised = coming.aggregate(sum=Sum(F("takes_bytes") - F("received_bytes")))["sum"] or 0
    disk_bytes = store.free_bytes() - settings.STORE_SPARE_BYTES - promised
    quota, store_quota = _quota(group_id), settings.STORE_QUOTA_BYTES
    return Left(
        max(0, disk_bytes),
        max(0, store_quota - used_bytes()) if store_quota else None,
        max(0, quota - used_bytes(group_id)) if quota else None,
    )


def excesses() -> list[Shortage]:
    """By how much the store is over a quota that was lowered, or the disk's reserve is used up."""
    groups = ResearchGroup.objects.filter(quota_bytes__gt=0).values_list("pk", flat=True)
    found = [_shortage(counted(), group_id, 0, 0) for group_id in [*groups, None]]
    return [shortage for shortage in found if shortage is not None]


@transaction.atomic
def _take(file_id: int, size_bytes: int, received_bytes: int) -> Shortage | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    file = StoredFile.objects.filter(pk=file_id)
    group_id = file.values_list("group_id", flat=True).first()
    shortage = _shortage(counted().exclude(pk=file_id), group_id, size_bytes, received_bytes)
    if shortage is None:
        file.update(reserved_bytes=size_bytes, received_bytes=received_bytes)
    return shortage


def _shortage(
    others: QuerySet[StoredFile], group_id: int | None, size_bytes: int, received_bytes: int
) -> Shortage | None:
    if group_id is not None and (quota := _quota(group_id)):
        missing = _sum(others.filter(group_id=group_id)) + size_bytes - quota
        if missing > 0:
            name = ResearchGroup.objects.values_list("name", flat=True).get(pk=group_id)
            told = f"The share of the group “{name}” in the portal's store is full: {_gb(quota)}."
            return Shortage(missing, f"{told} It goes on when bundles are removed or expire.", group_id)
    if quota := settings.STORE_QUOTA_BYTES:
        missing = _sum(others) + size_bytes - quota
        if missing > 0:
            told = f"The portal's store is full: it may hold {_gb(quota)}."
            return Shortage(missing, f"{told} It goes on when there is room; an administrator can make some.")
    coming = others.filter(phase=Phase.EXECUTING)
    promised = coming.aggregate(sum=Sum(F("takes_bytes") - F("received_bytes")))["sum"] or 0
    wanted = size_bytes - received_bytes + promised + settings.STORE_SPARE_BYTES
    missing = wanted - store.free_bytes()
    return Shortage(missing, disk_full()) if missing > 0 else None


def disk_full() -> str:
    """What is said where the disk, not a quota, is the limit."""
    return "The portal's disk is full. It goes on when there is room; an administrator can make some."


def _quota(group_id: int | None) -> int:
    if group_id is None:
        return 0
    return ResearchGroup.objects.filter(pk=group_id).values_list("quota_bytes", flat=True).first() or 0


def _sum(rows: QuerySet[StoredFile]) -> int:
    return rows.aggregate(sum=Sum("takes_bytes"))["sum"] or 0


def _gb(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.3g} GB" if size_bytes >= 1e8 else f"{size_bytes / 1e6:.3g} MB"
