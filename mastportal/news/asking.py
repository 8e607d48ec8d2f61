"""Owns what the archive is asked about a followed thing: one set of questions, however many follow it.

A programme's rows are one request for a few columns; versions are keyword rows where there are any, and
product lists, several observations a request, where there are none. Runs in a worker that holds the lease.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.utils import timezone

from accounts import archive
from basket.lines import OBSERVATION_COLUMNS
from mastportal.desk.programmes import Programme
from mastportal.mast.client import MastClient
from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import Unavailable
from mastportal.mast.fields import INSTRUMENTS
from mastportal.mast.naming import parse_name
from mastportal.news import reading
from mastportal.news.differences import executed_plans, plans_gone
from mastportal.news.models import Watch
from mastportal.news.snapshot import Snapshot
from mastportal.search import results
from mastportal.search.failures import NoRows
from mastportal.search.models import Search
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

KEYWORD_COLUMNS = ("dataURI", "filename", "fileSize", "checksum", "cal_ver", "crds_ctx")
FILE_COLUMNS = (*KEYWORD_COLUMNS, "productLevel", "program", "publicReleaseDate_mjd", "pi_name", "filter")
IDS_A_REQUEST = 500
PROGRAMS_A_REQUEST = 50
LISTS_A_REQUEST = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[\w.+:/-]{3,200}")
_PROGRAM = re.compile(r"[\w.+-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look saw. `question` names what was asked; `listed_to` is as in Watch.

    `kept` are plans that left a search's answer, though the archive has them, planned still or executed.
    """

    snapshot: Snapshot
    question: str
    listed_to: str = ""
    kept: frozenset[str] = frozenset()


def question_of(watch: Watch) -> str:
    """What a look at this asks: another question, such as changed filters, makes a new beginning."""
    if watch.saved_search is not None:
        return f"{watch.saved_search.search_id}?{watch.saved_search.state}"
    return ""


def ask(client: MastClient, watch: Watch, *, versions: bool, fresh_s: float, lists: int) -> Answer:
    """What there is now. Raises the archive client's errors.

    Version facts only with `versions`, product lists of at most so many observations; a saved search's rows
    that are younger than `fresh_s` are taken as they are.
    """
    if watch.kind == Watch.Of.SEARCH:
        found = _searched(watch, fresh_s)
        return Answer(found, question_of(watch), kept=_kept(client, watch, found))
    snapshot = _basket(client, watch) if watch.kind == Watch.Of.BASKET else _programme(client, watch)
    snapshot = replace(snapshot, at_mjd=_day(client))
    if not versions:
        return Answer(snapshot, question_of(watch), watch.listed_to)
    snapshot = _with_keywords(client, snapshot)
    chosen = _next_lists(snapshot, watch.listed_to, lists)
    snapshot = _with_lists(client, snapshot, chosen)
    return Answer(snapshot, question_of(watch), chosen[-1] if chosen else "")


def _day(client: MastClient) -> float:
    """The archive's day as its answer to this look said it."""
    if client.last_date is None:
        return archive.today_mjd()
    return archive.UNIX_EPOCH_MJD + (client.last_date - _EPOCH) / timedelta(days=1)


def _programme(client: MastClient, watch: Watch) -> Snapshot:
    return reading.observations(_rows_of(client, Programme(watch.mission, watch.program)), 0.0)


def _rows_of(client: MastClient, programme: Programme) -> pa.Table:
    return client.columns(parse_question(programme.question), OBSERVATION_COLUMNS, settings.ROW_LIMIT)


def _searched(watch: Watch, fresh_s: float) -> Snapshot:
    """A saved search's rows, with its filters; asked for anew where they are old."""
    saved = watch.saved_search
    assert saved is not None
    asked = results.renew(saved.search, timezone.now() - timedelta(seconds=fresh_s))
    results.run(asked.result.pk)
    search = Search.objects.select_related("current", "latest").get(pk=saved.search_id)
    if search.latest is not None and (search.latest.is_unfinished or search.latest.phase == "ERROR"):
        raise Unavailable(search.error or "The question is still being asked for somebody else.")
    try:
        table = results.open_table(results.snapshot(search).pk)
    except NoRows as error:
        raise Unavailable(str(error)) from None
    rows = table.table.filter(pa.array(matching(table, TableQuery.parse(saved.state, table.schema))))
    if "obsid" in rows.column_names:
        kept = [name for name in OBSERVATION_COLUMNS if name in rows.column_names]
        return reading.observations(rows.select(kept), archive.today_mjd())
    kept = [name for name in FILE_COLUMNS if name in rows.column_names]
    return reading.keyword_files(rows.select(kept), archive.today_mjd())


def _kept(client: MastClient, watch: Watch, now: Snapshot) -> frozenset[str]:
    """Which of the plans that left a search's answer the archive still has.

    A search for planned rows loses each that is executed, and filters may lose one whose target or date was
    changed: neither was withdrawn. Only the programmes can tell, and are asked only then.
    """
    before = last_seen(watch)
    gone = plans_gone(before, now) if before is not None else set()
    programs = {key.partition(" ")[0] for key in gone}
    has: set[str] = set()
    for some in in_parts(sorted(filter(_PROGRAM.fullmatch, programs)), PROGRAMS_A_REQUEST):
        asked = parse_question({"collection": "observations", "criteria": {"proposal_id": some}})
        there = reading.observations(client.columns(asked, OBSERVATION_COLUMNS, settings.ROW_LIMIT), 0.0)
        has |= there.planned.keys() | executed_plans(there)
    return frozenset(gone & has)


def last_seen(watch: Watch) -> Snapshot | None:
    """What the last look saw; None before the first, and where another question was asked then."""
    if watch.snapshot is None or watch.asked != question_of(watch):
        return None
    return Snapshot.unpack(bytes(watch.snapshot))


def _basket(client: MastClient, watch: Watch) -> Snapshot:
    """The basket's observations, what its planned ones have become, and its single files."""
    basket = watch.basket
    assert basket is not None
    lines = list(basket.lines.values_list("row", flat=True))
    plans = {reading.plan_of(row) for row in lines if row.get("calib_level") == reading.PLANNED_LEVEL}
    obsids = {str(row["obsid"]) for row in lines}
    tables = [*_named(client, lines), *_planned(client, lines)]
    rows = [row for table in tables for row in table.to_pylist()]
    mine = [row for row in rows if str(row["obsid"]) in obsids or reading.plan_of(row) in plans]
    found = reading.observations(_table(mine), 0.0)
    put_in = {
        key: replace(seen, plan="") if str(seen.row["obsid"]) in obsids else seen
        for key, seen in found.rows.items()
    }
    uris = basket.products.values_list("data_uri", flat=True)
    files = reading.keyword_files(_table(_single_files(client, uris)), 0.0)
    return replace(found, rows=dict(files.rows) | put_in)


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def _named(client: MastClient, lines: list[dict[str, Any]]) -> Iterator[pa.Table]:
    """The executed observations by their obs_ids."""
    executed = (row for row in lines if row.get("calib_level") != reading.PLANNED_LEVEL)
    names = sorted({str(row.get("obs_id") or "") for row in executed})
    for some in in_parts((name for name in names if _ID.fullmatch(name)), IDS_A_REQUEST):
        asked = parse_question({"collection": "ids", "ids": list(some)})
        yield client.columns(asked, OBSERVATION_COLUMNS, settings.ROW_LIMIT)


def _planned(client: MastClient, lines: list[dict[str, Any]]) -> Iterator[pa.Table]:
    """The programmes of planned observations: their rows get other names when they are executed."""
    planned = (row for row in lines if row.get("calib_level") == reading.PLANNED_LEVEL)
    named = {(str(row.get("obs_collection") or ""), str(row.get("proposal_id") or "")) for row in planned}
    for mission, program in sorted(named):
        if mission and program:
            yield _rows_of(client, Programme(mission, program))


def _single_files(client: MastClient, uris: Iterable[str]) -> list[dict[str, Any]]:
    """The keyword rows of single files, by the instrument that their names tell."""
    names: dict[str, list[str]] = {}
    for uri in uris:
        told = parse_name(uri)
        if told.mission == "JWST" and told.instrument.casefold() in INSTRUMENTS:
            names.setdefault(told.instrument.casefold(), []).append(told.name)
    return [
        row
        for instrument, all_of_it in sorted(names.items())
        for some in in_parts(sorted(all_of_it), IDS_A_REQUEST)
        for row in _keywords(client, instrument, {"filename": list(some)}, FILE_COLUMNS).to_pylist()
    ]


def _keywords(
    client: MastClient, instrument: str, criteria: dict[str, list[str]], columns: tuple[str, ...]
) -> pa.Table:
    asked = {"collection": "jwst-keywords", "instrument": instrument, "criteria": criteria}
    return client.columns(parse_question(asked), columns, settings.ROW_LIMIT)


def _with_keywords(client: MastClient, snapshot: Snapshot) -> Snapshot:
    programs: dict[str, set[str]] = {}
    for seen in snapshot.rows.values():
        instrument = str(seen.row.get("instrument_name") or "").partition("/")[0].casefold()
        program = str(seen.row.get("proposal_id") or "")
        if seen.row.get("obs_collection") == "JWST" and instrument in INSTRUMENTS and program.isdecimal():
            programs.setdefault(instrument, set()).add(program)
    for instrument, numbers in sorted(programs.items()):
        rows = _keywords(client, instrument, {"program": sorted(numbers)}, KEYWORD_COLUMNS)
        snapshot = reading.with_keyword_facts(snapshot, rows)
    return snapshot


def _next_lists(snapshot: Snapshot, after: str, most: int) -> list[str]:
    """The observations without keyword rows whose product lists are asked for now, after those of before."""
    without = sorted(
        key for key, seen in snapshot.rows.items() if seen.files is None and seen.row.get("obsid")
    )
    later = [key for key in without if key > after]
    return [*later, *(key for key in without if key <= after)][:most]


def _with_lists(client: MastClient, snapshot: Snapshot, chosen: list[str]) -> Snapshot:
    obs_ids = {str(snapshot.rows[key].row["obsid"]): key for key in chosen}
    tables = (client.products(",".join(some)) for some in in_parts(obs_ids, LISTS_A_REQUEST))
    return reading.with_listed_facts(snapshot, obs_ids, tables)


def in_parts(names: Iterable[str], size: int) -> Iterator[list[str]]:
    """The names in lists of up to `size`."""
    coming = iter(names)
    while some := list(islice(coming, size)):
        yield some


def versions_are_due(asked_at: datetime | None) -> bool:
    """Version facts are asked for less often than rows: they take more questions."""
    every = timedelta(seconds=settings.NEWS_VERSIONS_S)
    return asked_at is None or timezone.now() - asked_at > every
