"""Owns what goes into a basket and out of it: observations of a search, single files of a keyword search.

Works on rows as tables give them; asks the archive nothing. Who calls has checked who may write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from accounts.access import Person
from basket.activity import Kind, counted
from basket.changing import changed, changing, touch
from basket.contents import Contents
from basket.models import Basket, BasketLine, BasketProduct
from mastportal.mast.identifiers import is_obsid
from mastportal.mast.naming import observation_id_of
from mastportal.tables.columns import BadQuery, quoted

__all__ = ["Added", "add_files", "add_observations", "contents_of", "touch"]
MOST_LINES = 20_000
OBSERVATION_COLUMNS = (
    "obsid",
    "obs_collection",
    "obs_id",
    "target_name",
    "instrument_name",
    "filters",
    "proposal_id",
    "proposal_pi",
    "calib_level",
    "dataRights",
    "t_min",
    "t_obs_release",
)
FILE_COLUMNS = ("dataURI", "fileSize", "program", "publicReleaseDate_mjd", "pi_name", "filter")


@dataclass(frozen=True, slots=True)
class Added:
    """How many came in, and how many were in already."""

    added: int
    already: int


def contents_of(basket: Basket) -> Contents:
    """What the basket is made of, as plain rows in the order they came in."""
    return Contents(
        tuple(basket.lines.values_list("row", flat=True)),
        tuple(basket.products.values_list("row", flat=True)),
    )


def add_observations(
    basket: Basket, rows: Iterable[Mapping[str, Any]], user: Person, question: str = ""
) -> Added:
    """Add one line per observation; rows carry OBSERVATION_COLUMNS.

    Raises BadQuery: too many, no obsid; Conflict while the basket is locked.
    `question` is what the search they come from asked, in words.
    """
    lines: dict[str, BasketLine] = {}
    for row in rows:
        obsid = str(row["obsid"])
        if not is_obsid(obsid):
            raise BadQuery(f"{quoted(obsid)} is no number of an observation; leave that row out.", "obsid")
        kept = {name: row.get(name) for name in OBSERVATION_COLUMNS} | {"obsid": obsid}
        lines[obsid] = BasketLine(
            basket=basket, obsid=obsid, row=kept, question=question, added_by_id=user.pk
        )
    return _add(basket, BasketLine, "obsid", lines, _Told(user, "observation", question))


def add_files(basket: Basket, rows: Iterable[Mapping[str, Any]], user: Person, question: str = "") -> Added:
    """Add single files; rows are those of a keyword result and need `dataURI`. Raises as above."""
    kept = [product_row(row) for row in rows if row.get("dataURI")]
    files = {
        row["dataURI"]: BasketProduct(
            basket=basket, data_uri=row["dataURI"], row=row, question=question, added_by_id=user.pk
        )
        for row in kept
    }
    return _add(basket, BasketProduct, "data_uri", files, _Told(user, "file", question))


class _Told(NamedTuple):
    """What the list of the basket's events says of rows that came in."""

    user: Person
    what: str
    question: str

    def words(self, rows: list[Any]) -> str:
        source = f"; from the search: {self.question}" if self.question else ""
        return f"added {counted(len(rows), self.what) if len(rows) > 1 else rows[0]}{source}"


def _add(basket: Basket, model: type[Any], key: str, wanted: dict[str, Any], told: _Told) -> Added:
    with changing(basket):
        there = model.objects.filter(basket=basket)
        already = set(there.filter(**{f"{key}__in": list(wanted)}).values_list(key, flat=True))
        new = [row for name, row in wanted.items() if name not in already]
        if there.count() + len(new) > MOST_LINES:
            raise BadQuery(f"A basket holds at most {MOST_LINES:,} observations; choose fewer.", "filters")
        model.objects.bulk_create(new, batch_size=2000)
        if new:
            changed(basket, told.user, Kind.ADDED, told.words(new))
    return Added(len(new), len(already))


def remove_observation(basket: Basket, obsid: str, user: Person | None = None) -> bool:
    """Take an observation out; whether it was in. Raises Conflict while the basket is locked."""
    return _remove(basket, basket.lines, user, obsid=obsid)


def remove_file(basket: Basket, data_uri: str, user: Person | None = None) -> bool:
    """Take a single file out; whether it was in. Raises Conflict while the basket is locked."""
    return _remove(basket, basket.products, user, data_uri=data_uri)


def _remove(basket: Basket, rows: Any, user: Person | None, **name: str) -> bool:
    if any("\0" in text for text in name.values()):  # nothing that PostgreSQL could hold
        return False
    with changing(basket):
        row = rows.filter(**name).first()
        if row is not None:
            row.delete()
            changed(basket, user, Kind.REMOVED, f"took out {row}")
    return row is not None


def product_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of an instrument keyword result as a product row, as far as the archive told.

    Keyword rows name highest-level science files; whether one is public is judged by its release date.
    """
    uri = str(row["dataURI"])
    filename = uri.rsplit("/", 1)[-1]
    return {
        "dataURI": uri,
        "productFilename": filename,
        "obs_id": observation_id_of(filename),
        "obs_collection": "JWST",
        "productType": "SCIENCE",
        "size": row.get("fileSize"),
        "proposal_id": _text(row.get("program")),
        "release_mjd": row.get("publicReleaseDate_mjd"),
        "pi": _text(row.get("pi_name")),
        "filters": _text(row.get("filter")),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
