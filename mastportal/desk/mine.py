"""Owns which programmes are a person's, and what of them becomes public later: asks no archive.

Theirs are those in the baskets, bundles and saved searches that they may see: their own and their groups'.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from accounts import archive
from basket.access import visible_baskets, visible_bundles
from basket.models import BasketLine, BasketProduct, BundleFile
from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import Programme, programme_of, renew
from mastportal.desk.saved import all_of
from mastportal.search import results
from mastportal.search.asking import read
from mastportal.search.failures import NoRows
from mastportal.search.models import ResultSet, Search
from mastportal.search.rowstates import PLANNED_LEVEL
from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Mask
from mastportal.tables.columns import BadQuery
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

MOST_ROWS = 20_000
MOST_SEARCHES = 40
MOST_PROGRAMMES = 200
# A programme's rows that are older are asked for again by who looks at them; so many at a time.
OLD = timedelta(days=1)
ASKED_AT_ONCE = 20
_COLUMNS = ("obsid", "obs_id", "obs_collection", "proposal_id", "target_name", "instrument_name")


@dataclass(frozen=True, slots=True)
class Coming:
    """An executed observation, public from `release_mjd` on; `proposal_id` as the archive spells it."""

    programme: Programme
    proposal_id: str
    obsid: str
    obs_id: str
    target: str
    instrument: str
    release_mjd: float


@dataclass(slots=True)
class Found:
    """What of a person's programmes becomes public later, and which of them are not known well enough.

    `unknown` have no rows here, or old ones: the caller may ask for them.
    """

    programmes: set[Programme] = field(default_factory=set)
    coming: dict[str, Coming] = field(default_factory=dict)
    unknown: list[Programme] = field(default_factory=list)


def found_for(user: User, group_id: int | None = None) -> Found:
    """All that the person may see, or what of it one group shares."""
    today_mjd, found = archive.today_mjd(), Found()
    _from_baskets(found, user, group_id, today_mjd)
    _from_bundles(found, user, group_id, today_mjd)
    for saved in _of_group(all_of(user), group_id).select_related("search__current")[:MOST_SEARCHES]:
        _from_saved(found, saved, today_mjd)
    _from_programmes(found, today_mjd)
    return found


def ask_unknown(found: Found) -> list[UUID]:
    """Have what is not known asked for, some programmes at a time; ids of results the caller must queue."""
    older_than = timezone.now() - OLD
    asked = [renew(programme, older_than) for programme in found.unknown[:ASKED_AT_ONCE]]
    return [each.result.pk for each in asked if each.must_queue]


def _of_group(rows: QuerySet[Any], group_id: int | None) -> QuerySet[Any]:
    return rows if group_id is None else rows.filter(group_id=group_id)


def _from_baskets(found: Found, user: User, group_id: int | None, today_mjd: float) -> None:
    baskets = _of_group(visible_baskets(user), group_id).order_by().values("pk")
    lines = BasketLine.objects.filter(basket__in=baskets).order_by()
    _add_named(found, lines.values_list("row__obs_collection", "row__proposal_id").distinct())
    later = lines.filter(row__t_obs_release__gt=today_mjd).values_list("row", flat=True)
    _add_coming(found, later[:MOST_ROWS], today_mjd)
    singles = BasketProduct.objects.filter(basket__in=baskets).order_by().values_list("data_uri", "row")
    _add_named(
        found, ((_mission_of(uri), row.get("proposal_id")) for uri, row in singles[:MOST_ROWS].iterator())
    )


def _from_bundles(found: Found, user: User, group_id: int | None, today_mjd: float) -> None:
    bundles = _of_group(visible_bundles(user), group_id).order_by().values("pk")
    files = BundleFile.objects.filter(bundle__in=bundles, release_mjd__gt=today_mjd).order_by("programme")
    _add_named(
        found,
        (
            (_mission_of(uri), programme)
            for uri, programme in files.distinct("programme").values_list("data_uri", "programme")
        ),
    )


def _from_saved(found: Found, saved: SavedSearch, today_mjd: float) -> None:
    """The rows that its table shows; where they are gone, the programmes that it names."""
    current = saved.search.current
    table = _opened(current)
    if table is not None:
        try:
            kept = matching(table, TableQuery.parse(saved.state, table.schema))
        except BadQuery:
            kept = None
        _add_coming(found, _rows_later(table, today_mjd, kept), today_mjd)
    named = saved.search.criteria.get("programs") or []
    missions = (saved.search.criteria.get("criteria") or {}).get("obs_collection") or ["JWST"]
    numbers = named.split(",") if isinstance(named, str) else named
    _add_named(found, ((mission, number) for mission in missions for number in numbers))


def _from_programmes(found: Found, today_mjd: float) -> None:
    """The rows of each programme as a whole, where they have been asked for; the others are unknown."""
    named = sorted(found.programmes, key=str)[:MOST_PROGRAMMES]
    by_fingerprint = {read(each.question).fingerprint(): each for each in named}
    searches = Search.objects.filter(fingerprint__in=by_fingerprint).select_related("current", "latest")
    known = {search.fingerprint: search for search in searches}
    for fingerprint, programme in by_fingerprint.items():
        search = known.get(fingerprint)
        table = _opened(search.current) if search is not None else None
        if table is not None:
            _add_coming(found, _rows_later(table, today_mjd), today_mjd)
        if search is None or _is_to_be_asked(search, table):
            found.unknown.append(programme)


def _is_to_be_asked(search: Search, table: OpenTable | None) -> bool:
    latest = search.latest
    if latest is not None and (latest.is_unfinished or _is_new(latest)):
        return False
    return table is None or not _is_new(search.current)


def _is_new(result: ResultSet | None) -> bool:
    return result is not None and result.ended_at is not None and timezone.now() - result.ended_at < OLD


def _opened(result: ResultSet | None) -> OpenTable | None:
    if result is None or not result.has_rows:
        return None
    try:
        table = results.open_table(result.pk)
    except NoRows:
        return None
    wanted = {*_COLUMNS, "t_obs_release", "calib_level", "dataRights"}
    return table if wanted <= set(table.schema.names) else None


def _rows_later(table: OpenTable, today_mjd: float, kept: Mask | None = None) -> list[dict[str, Any]]:
    """The rows that are released later, of those `kept`."""
    later = (table.numbers("t_obs_release") > today_mjd) & (table.numbers("calib_level") != PLANNED_LEVEL)
    at = np.flatnonzero(later if kept is None else later & kept)[:MOST_ROWS]
    names = [*_COLUMNS, "t_obs_release", "calib_level", "dataRights"]
    rows = table.table.select(names).take(at)
    texts = [pc.cast(rows[name], pa.string()).to_pylist() for name in (*_COLUMNS, "dataRights")]
    numbers = [rows[name].to_pylist() for name in ("t_obs_release", "calib_level")]
    keys = (*_COLUMNS, "dataRights", "t_obs_release", "calib_level")
    return [dict(zip(keys, row, strict=True)) for row in zip(*texts, *numbers, strict=True)]


def _add_coming(found: Found, rows: Iterable[dict[str, Any]], today_mjd: float) -> None:
    for row in rows:
        release, named = row.get("t_obs_release"), _named(row.get("obs_collection"), row.get("proposal_id"))
        if named is None or not isinstance(release, float | int) or not release > today_mjd:
            continue
        if row.get("calib_level") == PLANNED_LEVEL or row.get("dataRights") in ("PUBLIC", "RESTRICTED"):
            continue
        found.programmes.add(named)
        obsid = _text(row.get("obsid"))
        found.coming[obsid] = Coming(
            programme=named,
            proposal_id=_text(row.get("proposal_id")),
            obsid=obsid,
            obs_id=_text(row.get("obs_id")),
            target=_text(row.get("target_name")),
            instrument=_text(row.get("instrument_name")),
            release_mjd=float(release),
        )


def _add_named(found: Found, pairs: Iterable[tuple[Any, Any]]) -> None:
    found.programmes.update(_all_named(pairs))


def _all_named(pairs: Iterable[tuple[Any, Any]]) -> Iterator[Programme]:
    for mission, number in pairs:
        named = _named(mission, number)
        if named is not None:
            yield named


def _named(mission: object, number: object) -> Programme | None:
    try:
        return programme_of(str(mission or ""), str(number or "").strip())
    except Http404:
        return None


def _mission_of(uri: str) -> str:
    """`mast:JWST/product/…` is of JWST."""
    return uri.split(":", 1)[-1].split("/", 1)[0]


def _text(value: object) -> str:
    """As a page, a calendar or a mail can show it."""
    return "".join(letter for letter in str(value or "") if letter.isprintable())[:200]
