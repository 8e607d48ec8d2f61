"""Owns the rows of a list of targets: each circle asked for once, each observation kept once, tagged."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.conf import settings

from mastportal.mast.client import MastClient
from mastportal.mast.criteria import Criteria
from mastportal.mast.errors import NotFound, TooMany
from mastportal.mast.fields import arrow_schema
from mastportal.mast.resolving import Resolved
from mastportal.mast.target import tidy_name
from mastportal.mast.target_entries import Entry
from mastportal.mast.target_list import TargetList
from mastportal.search import positions
from mastportal.search.parallel import in_parallel
from mastportal.search.sources import Source
from mastportal.work import Lease

_SAID_EVERY_S = 1.0
_Circle = tuple[float, float, float]


@dataclass(slots=True)
class Gathered:
    """The observations found so far, each once, with the targets they belong to and how far those are."""

    labels: Sequence[str]
    tables: list[pa.Table] = field(default_factory=list)
    rows: dict[object, int] = field(default_factory=dict)
    tags: list[list[tuple[float, int]]] = field(default_factory=list)
    with_rows: set[int] = field(default_factory=set)

    def add(self, targets: Sequence[int], tables: Sequence[pa.Table]) -> None:
        """The rows of one circle; `targets` are the places in the list that it was asked for."""
        for table in tables:
            new = []
            for number, (obsid, distance) in enumerate(
                zip(table["obsid"].to_pylist(), table["distance"].to_pylist(), strict=True)
            ):
                key = obsid if obsid is not None else object()
                if key not in self.rows:
                    self.rows[key] = len(self.tags)
                    self.tags.append([])
                    new.append(number)
                self.tags[self.rows[key]] += [(distance or 0.0, target) for target in targets]
            self.tables.append(table.take(pa.array(new, pa.int64())))
            if table.num_rows:
                self.with_rows.update(targets)

    def table(self, schema: pa.Schema) -> pa.Table:
        """All observations with their tags, the nearest target first."""
        if not self.tables:
            return schema.empty_table()
        whole = pa.concat_tables(self.tables)
        tagged = [sorted(tags) for tags in self.tags]
        labels = [";".join(dict.fromkeys(self.labels[target] for _, target in tags)) for tags in tagged]
        ours: dict[str, list[Any]] = {
            "searched_target": labels,
            "searched_distance": [tags[0][0] for tags in tagged],
        }
        columns = [
            pa.array(ours[each.name], each.type) if each.name in ours else whole[each.name] for each in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)


def from_targets(client: MastClient, lease: Lease, asked: TargetList) -> Source:
    """The rows of a list; a name that nobody knows is told and spoils nothing. Raises what the archive does.

    A worker that takes a dead one's list over finds its names remembered.
    """
    found = positions.positions_of(
        [entry.target.name for entry in asked.entries if entry.target.name is not None], lease.beat
    )
    circles, understood = _circles(asked, found)
    if not circles:
        raise NotFound("No resolver knows any of these targets; check the spelling, or give positions.")
    gathered = Gathered([entry.label for entry in asked.entries])
    said_at = 0.0
    questions = list(circles.values())
    for done, tables in enumerate(in_parallel(_rows, [question for question, _ in questions])):
        gathered.add(questions[done][1], tables)
        if len(gathered.tags) > settings.ROW_LIMIT:
            raise _too_many()
        if time.monotonic() - said_at > _SAID_EVERY_S:
            said_at = time.monotonic()
            searched = {"searched": done + 1, "targets": len(questions)}
            lease.renew(understood=understood | {"progress": searched})
    understood["without_rows"] = [
        entry.label
        for place, entry in enumerate(asked.entries)
        if place not in gathered.with_rows and any(place in targets for _, targets in questions)
    ]
    table = gathered.table(arrow_schema(asked.fields))
    return Source(table.num_rows, _in_pages(table), lambda: {"understood": understood})


def _circles(
    asked: TargetList, found: Mapping[str, positions.Found]
) -> tuple[dict[_Circle, tuple[Criteria, list[int]]], dict[str, Any]]:
    """Each distinct circle with its question and the targets it is for, and what is told of the list."""
    circles: dict[_Circle, tuple[Criteria, list[int]]] = {}
    unresolved = []
    for place, entry in enumerate(asked.entries):
        question = _located(asked, entry, found)
        if isinstance(question, Criteria):
            target = question.target
            assert target is not None
            circle = (target.ra_deg or 0.0, target.dec_deg or 0.0, target.radius_deg or 0.0)
            circles.setdefault(circle, (question, []))[1].append(place)
        else:
            unresolved.append({"target": entry.label, "why": question})
    count = len(asked.entries)
    return circles, {"targets": count, "resolved": count - len(unresolved), "unresolved": unresolved}


def _located(asked: TargetList, entry: Entry, found: Mapping[str, positions.Found]) -> Criteria | str:
    """The question about one target, or why there is none."""
    question = asked.question_of(entry)
    if entry.target.name is None:
        ra_deg, dec_deg = entry.target.ra_deg or 0.0, entry.target.dec_deg or 0.0
        return question.located(Resolved("", ra_deg, dec_deg, None, ""))
    place = found[tidy_name(entry.target.name)]
    return question.located(place) if isinstance(place, Resolved) else str(place)


def _rows(client: MastClient, question: Criteria) -> list[pa.Table]:
    """The rows of one circle. They are not counted before: a count each would double the requests."""
    tables, rows = [], 0
    for table in client.pages(question, settings.PAGE_ROWS, expected=0):
        rows += table.num_rows
        if rows > settings.ROW_LIMIT:
            raise _too_many()
        tables.append(table)
    return tables


def _too_many() -> TooMany:
    return TooMany(
        f"More than {settings.ROW_LIMIT:,} rows match and no more are fetched; search for fewer targets, or "
        "with a smaller radius or more criteria.",
        count=settings.ROW_LIMIT + 1,
        limit=settings.ROW_LIMIT,
    )


def _in_pages(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, max(table.num_rows, 1), settings.PAGE_ROWS):
        yield table.slice(start, settings.PAGE_ROWS)
