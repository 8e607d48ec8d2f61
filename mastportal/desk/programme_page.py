"""Owns what a programme's page and its JSON say, from rows, product lists and the store. Asks nobody."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from accounts import archive
from mastportal.desk.facts import EXECUTED, PLANNED, Counted, Facts, facts_of
from mastportal.desk.holdings import Holdings, holdings_of
from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import Programme, uses_by_group
from mastportal.desk.saved import all_of
from mastportal.desk.timeline import timeline
from mastportal.search import results
from mastportal.search.context import Waiting, age_words
from mastportal.search.failures import PASSING, Failed, NoRows, NotReady
from mastportal.search.forms import LEVELS
from mastportal.search.models import ResultSet, Search
from mastportal.tables.cells import iso, size_words
from mastportal.tables.grammar import Filter, TableQuery

SHOWN = 60
LONGEST_LINKED = 300
SHOWN_SAVED = 8
# The field's own words for what the archive abbreviates.
KINDS = {
    "GO": "General Observer",
    "GTO": "Guaranteed Time Observations",
    "ERS": "Early Release Science",
    "DD": "Director's Discretionary",
    "COM": "Commissioning",
    "CAL": "Calibration",
    "SNAP": "Snapshot",
    "AR": "Archival Research",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """A value with its rows and the table that shows them; no address where the value is too long for one."""

    counted: Counted
    url: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The values of one column; `left_out` of them are not shown, none where it is negative."""

    title: str
    found: list[Linked]
    left_out: int = 0

    @property
    def count(self) -> int:
        return len(self.found) + max(0, self.left_out)


def programme_context(user: User, programme: Programme, asked: results.Asked) -> dict[str, Any]:
    """The page: what the rows say, or why there are none."""
    search = asked.search
    latest = search.latest
    context = {
        "programme": programme,
        "search": search,
        "archive_name": settings.ARCHIVE_NAME,
        "waiting": Waiting.of(latest) if latest and latest.is_unfinished else None,
        "refresh_error": latest.error if latest and latest.phase == "ERROR" else "",
    }
    try:
        result = results.snapshot(search)
        facts = facts_of(results.open_table(result.pk), archive.today_mjd())
    except NotReady:
        return context | {"state": "waiting"}
    except NoRows as error:
        passing = isinstance(error, Failed) and error.kind in PASSING
        return context | {"state": "failed", "sentence": str(error), "is_passing": passing}
    state = "rows" if result.row_count else "nothing"
    return context | {"state": state} | _told(user, programme, search, result, facts)


def _told(
    user: User, programme: Programme, search: Search, result: ResultSet, facts: Facts
) -> dict[str, Any]:
    holdings = holdings_of(programme, facts.obsids)
    today_mjd = archive.today_mjd()
    url = result_url(search)
    return {
        "result": result,
        "is_stale": not result.is_fresh,
        "age_words": age_words(result),
        "facts": facts,
        "kind_words": KINDS.get(facts.kind.upper(), ""),
        "dates": {name: _day(getattr(facts, f"{name}_mjd")) for name in _DATES},
        "timeline": timeline(facts.observed_mjd, facts.public_later_mjd, today_mjd),
        "shelves": [
            Shelf("Instruments and modes", _linked(url, "instrument_name", facts.instruments)),
            Shelf("Targets", _linked(url, "target_name", facts.targets[:SHOWN]), len(facts.targets) - SHOWN),
            Shelf("Filters and gratings", _linked(url, "filters", facts.filters)),
            Shelf("Kinds of product", _linked(url, "dataproduct_type", facts.product_types)),
        ],
        "levels": [(LEVELS.get(level, level), count) for level, count in sorted(facts.levels.items())],
        "holdings": holdings,
        "size_words": size_words(holdings.size_bytes),
        "stored_words": size_words(holdings.stored_bytes),
        "rows_url": url(),
        "executed_url": url(EXECUTED),
        "planned_url": url(PLANNED),
        "exclusive_url": url(EXECUTED, Filter("min", "t_obs_release", repr(today_mjd))),
        "uses": uses_by_group(programme, user),
        "saved": saved_about(user, programme),
    }


_DATES = ("first", "last", "next_public", "all_public")


def result_url(search: Search) -> Any:
    """A function of filters that gives the address of the programme's table with them."""
    path = reverse("result", args=[search.pk])
    return lambda *filters: TableQuery(filters=filters).address(path)


def _linked(url: Any, column: str, found: Iterable[Counted]) -> list[Linked]:
    return [
        Linked(each, url(Filter("f", column, each.value)) if len(each.value) <= LONGEST_LINKED else "")
        for each in found
    ]


def _day(mjd: float | None) -> str:
    return iso(mjd, with_time=False) if mjd is not None else ""


def saved_about(user: User, programme: Programme) -> list[SavedSearch]:
    """Saved searches of the person and their groups that are about this programme."""
    about = all_of(user).filter(search__criteria__programs__contains=[programme.id])
    return list(about.order_by("-changed_at")[:SHOWN_SAVED])


def programme_json(programme: Programme, result: ResultSet) -> dict[str, Any]:
    """What the rows of a programme say, for programs. Raises NoRows."""
    facts = facts_of(results.open_table(result.pk), archive.today_mjd())
    return {
        "mission": programme.mission,
        "id": programme.id,
        "search": str(result.search_id),
        "result": str(result.pk),
        "fetched_at": result.fetched_at,
        "archive": settings.ARCHIVE_NAME,
        "title": facts.title or None,
        "principal_investigator": facts.investigator or None,
        "type": facts.kind or None,
        "observations": _observations(facts),
        "dates": {name: getattr(facts, f"{name}_mjd") for name in _DATES},
        **{
            name: [asdict(each) for each in getattr(facts, name)]
            for name in ("instruments", "filters", "targets", "product_types")
        },
        "levels": facts.levels,
        "products": _products(holdings_of(programme, facts.obsids)),
        "stsci_page": programme.stsci_url or None,
    }


def _observations(facts: Facts) -> dict[str, int]:
    counted = {"executed": facts.executed, "planned": facts.planned, "exclusive": facts.exclusive}
    return counted | {"exclusive_undated": facts.exclusive_undated}


def _products(holdings: Holdings) -> dict[str, Any]:
    return {
        "lists": holdings.lists,
        "lists_known": holdings.lists_known,
        "files": holdings.files,
        "bytes": holdings.size_bytes,
        "each_file_once": holdings.is_exact,
        "stored": {"files": holdings.stored_files, "bytes": holdings.stored_bytes},
    }
