"""Owns what a search's own page shows, worked out beforehand. Knows no requests; asks nobody."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse

from accounts import archive
from accounts.layouts import layout_of
from mastportal.mast.coordinates import as_sexagesimal
from mastportal.mast.errors import BadQuestion
from mastportal.mast.target import display_name, format_radius
from mastportal.search import album, results, survey
from mastportal.search.asking import read
from mastportal.search.effective import effective
from mastportal.search.failures import PASSING, Expired, Failed, NoRows, NotReady
from mastportal.search.form_address import params_of
from mastportal.search.forms import form_of
from mastportal.search.from_files import asked_about
from mastportal.search.models import ResultSet, Search
from mastportal.search.panel import EXAMPLES, again_params, recent_searches
from mastportal.search.permalinks import ask_address
from mastportal.search.programmes_named import programmes_named
from mastportal.search.rowstates import COLUMNS, states_of
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from mastportal.tables.view import TableView, table_view

FACETS = {
    "observations": """searched_target belongs_as files_matched obs_collection instrument_name target_name
        filters calib_level dataproduct_type t_min t_exptime proposal_id proposal_pi dataRights
        wavelength_region target_classification intentType""",
    "jwst-keywords": """exp_type filter pupil grating channel band detector targprop program category
        productLevel subarray effexptm date_obs_mjd tsovisit""",
}
OBSERVATION_COLUMNS = """obs_collection instrument_name searched_target target_name filters calib_level t_min
    t_exptime belongs_as files_matched proposal_id proposal_pi dataproduct_type searched_distance distance"""
KEYWORD_COLUMNS = """filename exp_type filter pupil grating channel band program observtn targprop detector
    effexptm date_obs_mjd visit_id publicReleaseDate_mjd productLevel category pi_name tsovisit fileSize"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question under way, in words; `revision` changes when there is more to say."""

    result: ResultSet
    revision: str

    @classmethod
    def of(cls, result: ResultSet) -> "Waiting":
        understood = result.understood or {}
        progress = tuple((understood.get("progress") or {}).values())
        told = (result.pk, result.phase, result.count, result.row_count, bool(understood), *progress)
        return cls(result, "-".join(map(str, told)))

    @property
    def waited_s(self) -> int:
        return round(self.result.waited_s)

    @property
    def step(self) -> str:
        """What is being done now."""
        result = self.result
        if result.phase == "QUEUED":
            return "waiting for its turn"
        progress = (result.understood or {}).get("progress") or {}
        if "targets" in progress:
            return f"{progress['searched']:,} of {progress['targets']:,} targets are searched"
        if progress:
            looked_through, lists = progress["looked_through"], progress["lists"]
            return f"{looked_through:,} of {lists:,} product lists are looked through"
        if result.count is None:
            return "asking how many rows there are"
        return f"{result.row_count:,} of {result.count:,} rows are here"


def understood_words(search: Search, result: ResultSet | None) -> str:
    """What a target was taken for: M 57 → 18h53m35.1s +33d01m45s (SIMBAD), radius 1′."""
    understood = result.understood if result else None
    if not understood or understood.get("ra_deg") is None:
        return ""
    words = as_sexagesimal(understood["ra_deg"], understood["dec_deg"])
    target = read(search.criteria).target
    if target is not None and target.name is not None:
        words = f"{display_name(target.name)} → {words}"
    if understood.get("resolver"):
        words += f" ({understood['resolver']})"
    radius_deg = understood.get("radius_deg")
    return f"{words}, radius {format_radius(radius_deg)}" if radius_deg is not None else words


def result_context(user: User, search: Search, params: QueryDict, path: str) -> dict[str, Any]:
    """A search's page: its rows, or why there are none; `status` is the page's."""
    context = _about(user, search)
    try:
        result = results.snapshot(search, params.get("result", ""))
        view = result_view(user, search, result, params, path)
    except NoRows as error:
        return context | _without_rows(search, error)
    except BadQuery as error:
        return context | {"state": "bad_query", "sentence": error.message, "status": 400}
    except BadQuestion as error:
        return context | {"state": "bad_query", "sentence": str(error), "status": 404}
    return context | table_context(search, result, view)


def _about(user: User, search: Search) -> dict[str, Any]:
    latest = search.latest
    again, about = params_of(search.criteria), asked_about(search)
    return {
        "search": search,
        "form": form_of(QueryDict(again), brief=True),
        "edit_url": about["url"] if about else f"{reverse('search')}?{again_params(search)}",
        "asked_about": about,
        "recent": recent_searches(user),
        "examples": EXAMPLES,
        "waiting": Waiting.of(latest) if latest and latest.is_unfinished else None,
        "understood": understood_words(search, latest),
        "archive_name": settings.ARCHIVE_NAME,
        "ask_url": ask_address(search.criteria),
        "effective": effective(search, search.current or latest),
    }


def layout_kind(search: Search) -> str:
    """The kind of table whose columns a person remembers: each instrument's keywords are one."""
    if search.collection != "jwst-keywords":
        return "observations"
    return f"jwst-keywords:{str(search.criteria.get('instrument', '')).casefold()}"


def result_view(user: User, search: Search, result: ResultSet, params: QueryDict, path: str) -> TableView:
    """Raises NoRows when the rows cannot be read, BadQuery when the address asks what they cannot answer."""
    table = results.open_table(result.pk)
    pairs = [(name, value) for name, values in params.lists() for value in values]
    kind = "jwst-keywords" if search.collection == "jwst-keywords" else "observations"
    layout = layout_of(user, layout_kind(search)).among(table.columns)
    return table_view(
        table,
        layout.followed_by(TableQuery.parse(pairs, table.schema), params),
        path,
        facet_columns=FACETS[kind].split(),
        usual_columns=_usual_columns(kind, table),
        values=(*COLUMNS, *album.COLUMNS) if params.get("view") == "album" else COLUMNS,
        layout=layout,
        state_of=states_of(archive.today_mjd(), str(search.pk)),
    )


def _usual_columns(kind: str, table: OpenTable) -> list[str]:
    """In the order people read them; of observations, after those read first, the others marked visible."""
    if kind == "jwst-keywords":
        wanted = KEYWORD_COLUMNS.split()
    else:
        visible = [column.name for column in table.columns.values() if column.visible]
        first = [name for name in OBSERVATION_COLUMNS.split() if name in visible]
        wanted = list(dict.fromkeys((*first, *visible)))
    return [name for name in wanted if name in table.columns]


def table_context(search: Search, result: ResultSet, view: TableView) -> dict[str, Any]:
    """What `table/table.html` needs beside the view, and what the page says about the snapshot."""
    latest = search.latest
    failed = latest is not None and latest.pk != result.pk and latest.phase == "ERROR"
    return {
        "state": "rows" if result.row_count else "nothing",
        "status": 200,
        "result": result,
        "understood": understood_words(search, result),
        "view": view,
        "programmes": programmes_named(search, results.open_table(result.pk)),
        "legend": True,
        "table_label": "Rows found",
        "rows_are": "files" if search.collection == "jwst-keywords" else "observations",
        "select_form": "selected",
        "selection_key": str(result.pk),
        "has_album": True,
        "cards": album.cards_of(view, result) if view.is_album else [],
        "layout_url": reverse("table-layout", args=[layout_kind(search)]),
        "actions": "search/actions.html",
        "export_url": f"{reverse('api-export', args=[search.pk])}?result={result.pk}&",
        "code_url": f"{reverse('api-code', args=[search.pk])}?result={result.pk}&",
        "link_url": f"{reverse('api-link', args=[search.pk])}?result={result.pk}&",
        "detail_path": f"{reverse('result', args=[search.pk])}rows/{result.pk}/",
        "survey": survey.address(),
        "is_newest": search.current_id == result.pk,
        "is_stale": not result.is_fresh,
        "refresh_error": latest.error if failed and latest else "",
        "refresh_is_passing": failed and latest is not None and latest.error_kind in PASSING,
        "age_words": age_words(result),
    }


def age_words(result: ResultSet) -> str:
    """How old an answer is, in the unit a person would use."""
    age_s = result.age_s or 0.0
    for unit_s, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if age_s >= unit_s:
            count = int(age_s // unit_s)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _without_rows(search: Search, error: NoRows) -> dict[str, Any]:
    if isinstance(error, NotReady):
        return {"state": "waiting", "status": 200}
    if isinstance(error, Expired):
        return {"state": "expired", "sentence": str(error), "status": 200}
    kind = error.kind if isinstance(error, Failed) else error.code
    latest = search.latest
    suggestion = (latest.understood or {}).get("suggestion") if latest else None
    return {
        "state": "failed",
        "kind": kind,
        "is_passing": kind in PASSING,
        "sentence": str(error),
        "suggestion": suggestion,
        "suggestion_url": f"{reverse('ask')}?{params_of(suggestion)}" if suggestion else "",
        "status": 200,
    }
