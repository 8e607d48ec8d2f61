"""Owns what a basket adds up to, in all and selected; remembered until something that counts changes."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from accounts import archive
from basket.arrays import Mask, among
from basket.contents import Contents
from basket.harvest import Harvest, harvest_of, products_of
from basket.lines import contents_of
from basket.models import Basket
from basket.selection import Selection, Wanted, chosen
from mastportal.files.models import StoredFile
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.work import Phase

REMEMBERED_S = 24 * 3600
URIS_AT_ONCE = 10_000
BROKEN_FILTERS = "The filters of this selection no longer fit the products; choose them anew."


@dataclass(frozen=True, slots=True)
class Sums:
    """Numbers of a basket: what it holds and what of it is selected; bytes are as the archive lists them."""

    observations: int
    products: int
    bytes: int
    files_selected: int
    bytes_selected: int
    restricted_selected: int


@dataclass(frozen=True, slots=True)
class State:
    """A basket with all that its page and the API say of it."""

    basket: Basket
    contents: Contents
    harvest: Harvest
    sums: Sums

    @property
    def phase(self) -> str:
        return self.harvest.phase


def state_of(basket: Basket) -> State:
    contents = contents_of(basket)
    harvest = harvest_of(contents)
    released = contents.released(archive.today_mjd())
    facts = (basket.pk, basket.revision, harvest.fingerprint, len(harvest.failed), released)
    key = f"basket-sums-{sha256(repr(facts).encode()).hexdigest()}"
    known = cache.get(key)
    if known is None:
        known = asdict(_sums(basket, contents, harvest))
        cache.set(key, known, timeout=REMEMBERED_S)
        harvest = harvest_of(contents)  # a list may have proved damaged
    return State(basket, contents, harvest, Sums(**known))


def _sums(basket: Basket, contents: Contents, harvest: Harvest) -> Sums:
    products = products_of(contents, harvest)
    wanted = wanted_of(products, basket.selection)
    everything = Wanted.all_of(products)
    return Sums(
        observations=len(contents.lines),
        products=everything.files,
        bytes=everything.bytes,
        files_selected=wanted.files,
        bytes_selected=wanted.bytes,
        restricted_selected=wanted.restricted,
    )


def wanted_of(products: OpenTable, selection: dict[str, Any]) -> Wanted:
    """What a stored selection wants of `products`; nothing where its filters no longer fit them."""
    try:
        return Wanted(products, chosen(products, Selection.parse(selection)))
    except BadQuery:
        return Wanted.none_of(products)


def here_already(wanted: Wanted) -> int:
    """How many of the wanted files are in the portal's store."""
    return int(here_of(wanted).sum())


def here_of(wanted: Wanted) -> Mask:
    """Which of the wanted files are in the portal's store; one question, however many they are."""
    stored = StoredFile.objects.filter(phase=Phase.COMPLETED)
    if wanted.files <= URIS_AT_ONCE:
        stored = stored.filter(data_uri__in=wanted.uris())
    return among(wanted.table["dataURI"], stored.values_list("data_uri", flat=True))
