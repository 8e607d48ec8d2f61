"""Owns the asking for many product lists by one worker: kept ones first, the others a few at a time.

The archive is asked by threads that touch no database; what they bring is kept for baskets, too. MAST advises
to ask for one or a few observations at once, since one may list more than 10,000 products; exposures list
some twenty, so that many of them make one request.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.utils import timezone

from accounts import archive
from mastportal.mast.client import MastClient
from mastportal.mast.errors import ArchiveError
from mastportal.search import keep, products
from mastportal.search.failures import PASSING, kind_of
from mastportal.search.models import ProductList
from mastportal.work import Lease, LeaseLost, Phase

AT_ONCE = 4
EXPOSURES_A_REQUEST = 25
# So many failures in a row are the archive's, not those of single lists: the question ends.
PATIENCE = 5
_READ_AT_ONCE, _LOOKED_UP_AT_ONCE = 20, 5_000

Answer = tuple[pa.Table, MastClient]


@dataclass(frozen=True, slots=True)
class Found:
    """The product list of one observation, or the sentence that says why it could not be had."""

    obsid: str
    table: pa.Table | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """Observations of one request, and the leases of those lists that nobody else is asking for."""

    obsids: tuple[str, ...]
    leases: dict[str, Lease] = field(default_factory=dict)

    @classmethod
    def claimed(cls, obsids: Sequence[str]) -> "_Part":
        ids = products.want(obsids)
        names = ProductList.objects.filter(pk__in=ids).values_list("obsid", "pk")
        claims = {obsid: Lease.claim(ProductList, pk) for obsid, pk in names}
        return cls(tuple(obsids), {obsid: lease for obsid, lease in claims.items() if lease})

    def single(self) -> "list[_Part]":
        """The same one by one."""
        return [
            _Part((obsid,), {obsid: self.leases[obsid]} if obsid in self.leases else {})
            for obsid in self.obsids
        ]

    def beat(self) -> None:
        for lease in self.leases.values():
            with suppress(LeaseLost):
                lease.beat()

    def keep(self, obsid: str, table: pa.Table) -> None:
        if lease := self.leases.get(obsid):
            with suppress(LeaseLost):
                products.keep_list(lease, lease.pk, table)

    def fail(self, error: ArchiveError) -> None:
        for lease in self.leases.values():
            with suppress(LeaseLost):
                lease.fail(str(error), kind_of(error))


def lists_of(combined: Sequence[str], exposures: Sequence[str]) -> Iterator[Found]:
    """The product lists of observations by obsid, in any order; those of exposures are asked many at a time.

    Raises the archive's error when it does not answer at all; single failures are told in the answer.
    """
    kept: set[str] = set()
    for found in _kept([*combined, *exposures]):
        kept.add(found.obsid)
        yield found
    alone = [(obsid,) for obsid in combined if obsid not in kept]
    together = [obsid for obsid in exposures if obsid not in kept]
    starts = range(0, len(together), EXPOSURES_A_REQUEST)
    yield from _asked([*alone, *(tuple(together[at : at + EXPOSURES_A_REQUEST]) for at in starts)])


def _kept(obsids: Sequence[str]) -> Iterator[Found]:
    since = timezone.now() - timedelta(seconds=settings.PRODUCTS_TTL_S)
    fresh = ProductList.objects.filter(phase=Phase.COMPLETED, fetched_at__gte=since)
    for at in range(0, len(obsids), _LOOKED_UP_AT_ONCE):
        wanted = fresh.filter(obsid__in=obsids[at : at + _LOOKED_UP_AT_ONCE])
        there = list(wanted.values_list("obsid", flat=True))
        for start in range(0, len(there), _READ_AT_ONCE):
            yield from _read(there[start : start + _READ_AT_ONCE])


def _read(obsids: Sequence[str]) -> Iterator[Found]:
    """What is kept; after a damaged list the rest of the lot is left to be asked for."""
    try:
        for obsid, table in keep.read_products(obsids):
            yield Found(obsid, table)
    except keep.BrokenValue as error:
        products.mark_broken(str(error))


@dataclass(slots=True)
class _Outcome:
    """What became of one request: lists, requests to be made instead of it, or an error."""

    found: list[Found] = field(default_factory=list)
    again: list[_Part] = field(default_factory=list)
    error: ArchiveError | None = None


def _asked(parts: Iterable[tuple[str, ...]]) -> Iterator[Found]:
    waiting: deque[tuple[str, ...] | _Part] = deque(parts)
    running: dict[Future[Answer], _Part] = {}
    failures = 0
    with ThreadPoolExecutor(AT_ONCE, "product lists") as pool:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                following = waiting.popleft()
                part = following if isinstance(following, _Part) else _Part.claimed(following)
                running[pool.submit(_ask, part.obsids)] = part
            done, _ = wait(running, timeout=settings.LEASE_S / 4, return_when=FIRST_COMPLETED)
            for future in done:
                outcome = _outcome(running.pop(future), future)
                failures = failures + 1 if _is_passing(outcome.error) else 0
                if outcome.error is not None and failures >= PATIENCE:
                    left = [part for part in waiting if isinstance(part, _Part)]
                    _give_up(outcome, [*running.values(), *left])
                waiting.extendleft(outcome.again)
                yield from outcome.found
            for part in running.values():
                part.beat()


def _is_passing(error: ArchiveError | None) -> bool:
    return error is not None and kind_of(error) in PASSING


def _outcome(part: _Part, future: "Future[Answer]") -> _Outcome:
    """The lists of a request are kept; several that failed together are to be asked for one by one."""
    try:
        tables = _by_observation(part.obsids, *future.result())
    except ArchiveError as error:
        if len(part.obsids) > 1:
            return _Outcome(again=part.single(), error=error)
        part.fail(error)
        return _Outcome([Found(part.obsids[0], None, str(error))], error=error)
    if tables is None:
        return _Outcome(again=part.single())
    for obsid, table in tables.items():
        part.keep(obsid, table)
    return _Outcome([Found(obsid, table) for obsid, table in tables.items()])


def _give_up(outcome: _Outcome, running: Iterable[_Part]) -> NoReturn:
    assert outcome.error is not None
    for part in (*outcome.again, *running):
        part.fail(outcome.error)
    raise outcome.error


def _ask(obsids: tuple[str, ...]) -> Answer:
    client = archive.client()
    return client.products(",".join(obsids)), client


def _by_observation(
    obsids: tuple[str, ...], table: pa.Table, client: MastClient
) -> dict[str, pa.Table] | None:
    """The answer as one list an observation; None where its rows do not tell whose they are."""
    archive.note_answer(client)
    if len(obsids) == 1:
        return {obsids[0]: table}
    parents = table["parent_obsid"]
    if not set(parents.unique().to_pylist()) <= set(obsids):
        return None
    return {obsid: table.filter(pc.equal(parents, pa.scalar(obsid))) for obsid in obsids}
