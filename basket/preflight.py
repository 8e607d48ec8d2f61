"""Owns what is said before a bundle is asked for: what comes, what is here, what needs a token, how long."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.access import Person
from basket.arrays import as_mask, compute
from basket.freezing import is_remote
from basket.harvest import Harvest, harvest_of, products_of
from basket.lines import contents_of
from basket.models import Basket
from basket.pace import Pace, Span, pace_of
from basket.programmes import Opens, Programme, programmes_of
from basket.selection import Wanted
from basket.sums import here_of, wanted_of
from mastportal.files import room
from mastportal.files.models import Origin, StoredFile
from mastportal.files.room import Left
from mastportal.work import Phase

MEASURED_FILES = 100
MEASURED_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is to be known before a bundle is asked for. Bytes are as the archive lists them.

    `here_*` are in the store, `to_fetch_bytes` is what is not; `unsized` files have no listed size, `links`
    are kept by other sites. `rate` is in bytes per second, None where nothing was measured.
    """

    files: int
    bytes: int
    here_files: int
    here_bytes: int
    to_fetch_bytes: int
    unsized: int
    links: int
    programmes: tuple[Programme, ...]
    harvest: Harvest
    planned: int
    left: Left
    never_fits: str
    rate: float | None

    @property
    def to_fetch_files(self) -> int:
        return self.files - self.here_files - self.links

    @property
    def needs_token(self) -> int:
        return sum(each.files for each in self.programmes)

    @property
    def refused(self) -> int:
        """How many files would not come, as far as is known."""
        return sum(each.files for each in self.programmes if each.opens in (Opens.NO, Opens.NO_TOKEN))

    @property
    def fits(self) -> bool:
        """Whether it fits without anything having to go first."""
        return self.to_fetch_bytes <= self.left.bytes

    @property
    def estimate_s(self) -> float | None:
        """Seconds until what is not here has come, were the archive as fast as of late."""
        return self.to_fetch_bytes / self.rate if self.rate else None


def preflight_of(basket: Basket, user: Person) -> Preflight:
    """Of what the basket's selection wants now. Not to be called inside a transaction."""
    contents = contents_of(basket)
    harvest = harvest_of(contents)
    wanted = wanted_of(products_of(contents, harvest), basket.selection)
    table = wanted.table
    sizes = compute.fill_null(table["size"], 0).to_numpy()
    links = _links(wanted)
    here = here_of(wanted) & ~links
    to_fetch = int(sizes[~here & ~links].sum())
    return Preflight(
        files=wanted.files,
        bytes=int(sizes.sum()),
        here_files=int(here.sum()),
        here_bytes=int(sizes[here].sum()),
        to_fetch_bytes=to_fetch,
        unsized=int(as_mask(compute.is_null(table["size"])).sum()),
        links=int(links.sum()),
        programmes=programmes_of(wanted, contents, user, basket.group_id),
        harvest=harvest_of(contents),
        planned=len(contents.lines) - len(contents.executed),
        left=room.left(basket.group_id),
        never_fits=room.never_fits(to_fetch, to_fetch, basket.group_id),
        rate=lately().rate,
    )


def lately() -> Pace:
    """How fast the archive's newest files came, several at once or one by one, as they did."""
    rows = StoredFile.objects.filter(
        phase=Phase.COMPLETED,
        origin=Origin.ARCHIVE,
        fetch_s__gt=0,
        size_bytes__gt=0,
        fetched_at__isnull=False,
    ).order_by("-pk")
    newest = rows.values_list("fetched_at", "fetch_s", "size_bytes")[:MEASURED_FILES]
    spans = [
        Span(at.timestamp() - took_s, at.timestamp(), size_bytes)
        for at, took_s, size_bytes in newest
        if at is not None and took_s is not None and size_bytes is not None
    ]
    pace = pace_of(spans)
    return pace if pace.bytes >= MEASURED_BYTES else Pace()


def _links(wanted: Wanted) -> Any:
    """Which of the wanted files other sites keep; few are looked at, since the archive's begin with mast:."""
    uris = wanted.table["dataURI"]
    links = ~as_mask(compute.starts_with(uris, "mast:"))
    for at in np.flatnonzero(links):
        links[at] = is_remote(str(uris[int(at)].as_py()))
    return links
