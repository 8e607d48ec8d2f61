"""Owns how far a basket's product lists have come, and its products as a table kept open between requests.

The lists are search's; asks the archive nothing itself.
"""

from dataclasses import dataclass
from hashlib import sha256

from accounts import archive
from basket.contents import Contents, products_table
from mastportal.search.failures import Broken
from mastportal.search.models import ProductList
from mastportal.search.opened import tables
from mastportal.search.products import table_of
from mastportal.tables.codes import OpenTable
from mastportal.work import UNFINISHED, Phase


@dataclass(frozen=True, slots=True)
class Harvest:
    """The product lists of some observations: how many in all, here, and coming; which failed.

    A list that is asked for anew is here and on its way; one that failed when asked for anew is just here.
    """

    total: int
    here: int
    waiting: int
    failed: tuple[tuple[str, str], ...]
    fingerprint: str

    @property
    def phase(self) -> str:
        if self.waiting:
            return str(Phase.EXECUTING)
        return str(Phase.ERROR if self.failed else Phase.COMPLETED)

    def notes(self) -> list[str]:
        """What a manifest says of the lists that are not here."""
        told = "The product list of observation {} could not be had: {}"
        return [told.format(obsid, why) for obsid, why in self.failed]


def harvest_of(contents: Contents) -> Harvest:
    """How far the product lists of `contents` have come."""
    obsids = contents.executed
    columns = ("obsid", "phase", "fetched_at", "revision", "error")
    rows = ProductList.objects.filter(obsid__in=obsids).order_by("obsid").values_list(*columns)
    waiting, failed, here = len(set(obsids)), [], []
    for obsid, phase, fetched_at, revision, error in rows:
        if phase not in (*UNFINISHED, Phase.PENDING):
            waiting -= 1
        if fetched_at is not None:
            here.append(f"{obsid} {revision}")
        elif phase in (Phase.ERROR, Phase.ABORTED):
            failed.append((obsid, error))
    fingerprint = sha256("\n".join(here).encode()).hexdigest()
    return Harvest(len(set(obsids)), len(here), waiting, tuple(failed), fingerprint)


def products_of(contents: Contents, harvest: Harvest | None = None) -> OpenTable:
    """All files of `contents` whose lists are here, unique by dataURI.

    A kept list that proves damaged is left out, and has failed from then on: `harvest_of` says so.
    """
    for _ in contents.executed:
        try:
            return _opened(contents, harvest or harvest_of(contents))
        except Broken:
            harvest = None
    return _opened(contents, harvest or harvest_of(contents))


def _opened(contents: Contents, harvest: Harvest) -> OpenTable:
    today_mjd = archive.today_mjd()
    facts = sha256(repr(contents).encode()).hexdigest()
    # What needs a token changes at each release, so how many have been is in the key.
    key = ("basket", harvest.fingerprint, facts, contents.released(today_mjd))
    return tables.get(
        key, lambda: OpenTable(products_table(contents, table_of(contents.executed), today_mjd))
    )
