"""Owns how a basket that came in as a file is filled: its rows are asked of the archive, in a worker.

Nothing in the file is believed of a row but which one it is: programme, dates and rights are the archive's
own words. Never enqueues.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.utils import timezone

from accounts import archive
from accounts.access import Person
from accounts.models import ResearchGroup
from basket import baskets, lines
from basket.activity import Kind, counted
from basket.arrays import among
from basket.changing import changed
from basket.models import Arrival, Basket
from basket.portable import Portable
from basket.selection import Selection, chosen
from mastportal import work
from mastportal.conflicts import Conflict
from mastportal.mast.naming import parse_name
from mastportal.search import listed
from mastportal.search.failures import reported
from mastportal.search.from_files_source import observations
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.work import UNFINISHED, Lease, Phase

ASKED_AT_ONCE = 500
NAMED = 5


@transaction.atomic
def begin(told: Portable, user: User, group: ResearchGroup | None = None) -> Arrival:
    """A basket of that name, still empty, and the work to fill it, which the caller queues on commit."""
    basket = baskets.make(told.name, user, group, "made this basket from a file")
    Basket.objects.filter(pk=basket.pk).update(selection=told.selection.as_json())
    return Arrival.objects.create(basket=basket, by=user, told=told.as_json())


def again(basket: Basket) -> Arrival | None:
    """The work once more where it failed, to be queued; None where there is nothing to do again."""
    fresh = {"phase": Phase.QUEUED, "attempts": 0, "error": "", "error_kind": ""}
    fresh |= {"queued_at": timezone.now(), "nudged_at": timezone.now()}
    failed = Arrival.objects.filter(basket=basket, phase__in=[Phase.ERROR, Phase.ABORTED])
    return Arrival.objects.get(basket=basket) if failed.update(**fresh) else None


def due() -> list[int]:
    """Arrivals to be queued again: their message got lost, or their worker died."""
    return work.due(Arrival)


def arrive(arrival_id: int) -> int | None:
    """Find the rows, in a worker, and put them in; gives the basket whose product lists are wanted now."""
    lease = Lease.claim(Arrival, arrival_id)
    if lease is None:
        return None
    filled: list[int] = []
    with reported(lease, lease.fail):
        row = Arrival.objects.select_related("basket", "by").get(pk=arrival_id)
        found = _found(row.told, lease)
        try:
            with transaction.atomic():
                lease.renew()
                missing = _fill(row.basket, row.by or AnonymousUser(), row.told, found)
                lease.finish(missing=missing)
        except (Conflict, BadQuery) as error:
            lease.fail(error.message, "bad_question")
        else:
            filled.append(row.basket_id)
    return filled[0] if filled else None


Rows = dict[str, dict[str, Any]]


def _found(told: dict[str, Any], lease: Lease) -> tuple[Rows, Rows]:
    """The archive's own rows, by obsid and by dataURI. Raises the archive's errors."""
    client = archive.client(heartbeat=lease.beat)
    by_obsid: Rows = {}
    for some in _batches([row["key"] for row in told["lines"]]):
        question = {"collection": "observations", "criteria": {"obsid": some}}
        by_obsid |= {str(row["obsid"]): row for row in observations(client, question).to_pylist()}
    by_uri: Rows = {}
    for instrument, uris in _by_instrument(row["key"] for row in told["files"]).items():
        for some in _batches(uris):
            asked = {"collection": "jwst-keywords", "instrument": instrument, "criteria": {"dataURI": some}}
            table = observations(client, asked)
            listed.note(table)
            by_uri |= {str(row["dataURI"]): row for row in table.to_pylist()}
    archive.note_answer(client)
    return by_obsid, by_uri


def _batches(keys: list[str]) -> Iterable[list[str]]:
    return (keys[at : at + ASKED_AT_ONCE] for at in range(0, len(keys), ASKED_AT_ONCE))


def _by_instrument(uris: Iterable[str]) -> dict[str, list[str]]:
    """Single files by the instrument whose keywords have them; what no JWST name is, is nowhere."""
    found: dict[str, list[str]] = defaultdict(list)
    for uri in uris:
        if "*" not in uri and (instrument := parse_name(uri.rsplit("/", 1)[-1]).instrument):
            found[instrument.lower()].append(uri)
    return {name: found[name] for name in sorted(found) if name in KEYWORDS_OF}


KEYWORDS_OF = {"nircam", "niriss", "nirspec", "miri", "fgs"}


def _fill(basket: Basket, user: Person, told: dict[str, Any], found: tuple[Rows, Rows]) -> int:
    """Put the found rows in as `user`'s, with their notes and questions; how many were not found."""
    by_obsid, by_uri = found
    for question, rows in _by_question(told["lines"], by_obsid).items():
        lines.add_observations(basket, rows, user, question)
    for question, rows in _by_question(told["files"], by_uri).items():
        lines.add_files(basket, rows, user, question)
    for row in filter(_is_noted, told["lines"]):
        basket.lines.filter(obsid=row["key"]).update(note=row["note"], note_by_id=user.pk)
    for row in filter(_is_noted, told["files"]):
        basket.products.filter(data_uri=row["key"]).update(note=row["note"], note_by_id=user.pk)
    gone = [row["key"] for row in told["lines"] if row["key"] not in by_obsid]
    gone += [row["key"] for row in told["files"] if row["key"] not in by_uri]
    if gone:
        which = ", ".join(gone[:NAMED]) + (", …" if len(gone) > NAMED else "")
        words = f"found {counted(len(gone), 'row')} of the file not in this archive: {which}"
        changed(basket, user, Kind.ADDED, words)
    return len(gone)


def _is_noted(row: dict[str, str]) -> bool:
    return bool(row["note"])


def _by_question(told: Iterable[dict[str, str]], found: Rows) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in told:
        if each["key"] in found:
            rows[each["question"]].append(found[each["key"]])
    return rows


@dataclass(frozen=True, slots=True)
class Compared:
    """What a basket selects against what its file named: how many files of each kind there are.

    `unlisted` are in no product list here, `left_out` not selected, `more` selected beyond the file,
    `resized` listed with another size than then.
    """

    named: int
    unlisted: int
    left_out: int
    more: int
    resized: int

    @property
    def is_same(self) -> bool:
        return not (self.unlisted or self.left_out or self.more or self.resized)


def compared(told: dict[str, Any], products: OpenTable, wanted: Sequence[str]) -> Compared:
    """`told` as an Arrival keeps it, `wanted` the dataURIs that are selected now."""
    named: dict[str, dict[str, Any]] = told["products"]
    columns = [products.table[name].to_pylist() for name in ("dataURI", "size")]
    listed_now = {uri: size for uri, size in zip(*columns, strict=True) if uri in named}
    selected = set(wanted)
    sizes = [(named[uri]["size"], size) for uri, size in listed_now.items()]
    return Compared(
        named=len(named),
        unlisted=len(named) - len(listed_now),
        left_out=len(listed_now.keys() - selected),
        more=len(selected - named.keys()),
        resized=sum(then != now for then, now in sizes if then is not None and now is not None),
    )


def exactly(current: Selection, told: dict[str, Any], products: OpenTable) -> Selection:
    """The present rule, corrected file by file to what the file named, as far as it is listed here."""
    by_rule = chosen(products, Selection(current.preset, current.filters))
    named = among(products.table["dataURI"], list(told["products"]))
    uris = [str(uri) for uri in products.table["dataURI"].to_pylist()]
    include = tuple(sorted(uris[at] for at in np.flatnonzero(named & ~by_rule)))
    exclude = tuple(sorted(uris[at] for at in np.flatnonzero(by_rule & ~named)))
    return Selection(current.preset, current.filters, include, exclude)


def is_arriving(arrival: Arrival | None) -> bool:
    return arrival is not None and arrival.phase in UNFINISHED
