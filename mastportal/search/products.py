"""Owns the product lists: one observation a question, kept per observation, merged without duplicates.

MAST advises to ask for one or a few observations at a time, since one may list more than 10,000 products.
Planned observations (calib_level -1) have none: callers leave them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts import archive
from mastportal import work
from mastportal.mast.errors import ArchiveRests, BadQuestion
from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.mast.identifiers import is_obsid
from mastportal.search import keep, listed
from mastportal.search.failures import Broken, reported
from mastportal.search.listed import Listing, is_listed, listing
from mastportal.search.merging import merged
from mastportal.search.models import ProductList
from mastportal.search.opened import tables
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import quoted
from mastportal.work import UNFINISHED, Lease, Phase

__all__ = [
    "FAILURES_STAY_S",
    "Harvest",
    "Listing",
    "due",
    "harvest",
    "is_listed",
    "keep_list",
    "listing",
    "mark_broken",
    "open_products",
    "state",
    "table_of",
    "version_of",
    "want",
]

# For who looks again and again, as pages and waiting scripts do.
FAILURES_STAY_S = 60.0


@dataclass(frozen=True, slots=True)
class Harvest:
    """How far the product lists of some observations are; `failures` maps an obsid to its sentence."""

    total: int
    here: int
    waiting: int
    failures: dict[str, str]
    products: int
    size_bytes: int
    version: str

    @property
    def is_done(self) -> bool:
        return self.waiting == 0


@transaction.atomic
def want(obsids: Sequence[str], refresh: bool = False, failures_stay_s: float = 0.0) -> list[int]:
    """Ids of the lists that the caller must queue on commit: those never asked for, old, or failed before.

    With `refresh` all are asked anew. An old list stays until the new one is there. Those that failed less
    than `failures_stay_s` ago are left as they are: who asks for the same again and again then hears of the
    failure, and not of lists that are still to come. Raises BadQuestion.
    """
    if strangers := [obsid for obsid in obsids if not is_obsid(obsid)]:
        raise BadQuestion(f"{quoted(strangers[0])} is no number of an observation.", field="obsid")
    new = [ProductList(obsid=obsid, phase=Phase.PENDING) for obsid in sorted(set(obsids))]
    ProductList.objects.bulk_create(new, ignore_conflicts=True, batch_size=2000)
    wanted = ProductList.objects.filter(obsid__in=obsids).exclude(phase__in=UNFINISHED)
    if not refresh:
        old = timezone.now() - timedelta(seconds=settings.PRODUCTS_TTL_S)
        wanted = wanted.filter(~Q(phase=Phase.COMPLETED) | Q(fetched_at__lt=old))
    if failures_stay_s:
        recently = timezone.now() - timedelta(seconds=failures_stay_s)
        wanted = wanted.exclude(phase=Phase.ERROR, ended_at__gt=recently)
    # Locked in one order, so that two baskets with the same observations wait and never lock up.
    ids = list(wanted.order_by("id").select_for_update().values_list("id", flat=True))
    queued = {"phase": Phase.QUEUED, "queued_at": Now(), "nudged_at": Now(), "attempts": 0, "error": ""}
    ProductList.objects.filter(id__in=ids).update(**queued, error_kind="", ended_at=None)
    return ids


def harvest(list_id: int) -> None:
    """Ask for one observation's products, in a worker. Harmless when repeated or when another has it.

    While the archive is left alone the list waits in the queue: nobody need ask for it again.
    """
    lease = Lease.claim(ProductList, list_id)
    if lease is None:
        return
    with reported(lease, lease.fail):
        obsid = ProductList.objects.values_list("obsid", flat=True).get(pk=list_id)
        client = archive.client(heartbeat=lease.beat)
        try:
            table = client.products(obsid)
        except ArchiveRests as rests:
            if rests.down_s > settings.ARCHIVE_PATIENCE_S:
                raise
            lease.put_back(rests.after_s)
            return
        archive.note_answer(client)
        keep_list(lease, list_id, table)


def keep_list(lease: Lease, list_id: int, table: pa.Table) -> None:
    """Keep what the archive answered for one observation, and end the lease. Raises LeaseLost."""
    listed.note(table)
    sizes = table["size"].to_pylist() if "size" in table.column_names else []
    with transaction.atomic():
        lease.renew()
        keep.write_products(list_id, table)
        lease.finish(
            row_count=table.num_rows,
            size_bytes=sum(filter(None, sizes)),
            fetched_at=Now(),
            revision=F("revision") + 1,
        )


def _lists(obsids: Sequence[str]) -> list[ProductList]:
    return list(ProductList.objects.filter(obsid__in=set(obsids)).defer("arrow").order_by("obsid"))


def state(obsids: Sequence[str]) -> Harvest:
    """How far the lists of these observations are; the sums count a product once per observation."""
    lists = _lists(obsids)
    return Harvest(
        total=len(set(obsids)),
        here=sum(each.fetched_at is not None for each in lists),
        waiting=sum(each.is_unfinished for each in lists),
        failures={each.obsid: each.error for each in lists if each.phase == Phase.ERROR},
        products=sum(each.row_count for each in lists),
        size_bytes=sum(each.size_bytes for each in lists),
        version=_version(lists),
    )


def _version(lists: Sequence[ProductList]) -> str:
    text = "\n".join(f"{each.obsid} {each.revision}" for each in lists if each.fetched_at)
    return sha256(text.encode()).hexdigest()[:32]


def version_of(obsids: Sequence[str]) -> str:
    """Changes exactly when `table_of` the same observations would."""
    return _version(_lists(obsids))


def table_of(obsids: Sequence[str]) -> pa.Table:
    """The products of the observations harvested so far, each dataURI once, with a column `parents`.

    `parents` holds the obsids that list the product, joined by `;`. Raises Broken; the damaged list is
    then marked as failed, and can be asked for again.
    """
    try:
        found = dict(keep.read_products(list(set(obsids))))
    except keep.BrokenValue as error:
        obsid = str(error)
        mark_broken(obsid)
        raise Broken(_damaged(obsid)) from error
    in_order = [found[obsid] for obsid in dict.fromkeys(obsids) if obsid in found]
    return merged(in_order, arrow_schema(PRODUCT_FIELDS))


def _damaged(obsid: str) -> str:
    return f"The kept product list of observation {obsid} is damaged; try it again."


def mark_broken(obsid: str) -> None:
    """Nobody is to be shown this list again; one that is being asked for anew stays so."""
    damaged = ProductList.objects.filter(obsid=obsid)
    failed = {"phase": Phase.ERROR, "error": _damaged(obsid), "error_kind": Broken.code}
    damaged.exclude(phase__in=UNFINISHED).update(**failed)
    damaged.update(fetched_at=None, arrow=None, row_count=0, size_bytes=0)


def open_products(obsids: Sequence[str]) -> OpenTable:
    """`table_of`, ready to be filtered, and kept open in this process as long as no list changes."""
    key = ("products", version_of(obsids), sha256("\n".join(obsids).encode()).digest())
    return tables.get(key, lambda: OpenTable(table_of(obsids)))


def due() -> list[int]:
    """Product lists to be queued again: their message got lost, or their worker died."""
    return work.due(ProductList)
