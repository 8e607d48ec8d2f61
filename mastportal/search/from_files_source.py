"""Owns how a worker finds the Observations of files: candidates by name, proven by their product lists.

What no list could prove is told, never guessed.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from mastportal.mast.client import MastClient
from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import Field, arrow_schema
from mastportal.mast.membership import Clue, Wanted, clue_of, is_level3, program_of, questions_of
from mastportal.search.failures import NoRows
from mastportal.search.from_files import BELONGS_AS, EXPOSURE, FILES_MATCHED, LEVEL3, FromFiles, files_of
from mastportal.search.from_files_lists import lists_of
from mastportal.search.from_files_mixed import HoldingFiles, rows_and_files
from mastportal.search.models import ResultSet
from mastportal.search.sources import Source, located
from mastportal.work import Lease

PROGRAMS_AT_ONCE = 20
MOST_NAMED = 50  # files that belong nowhere, and lists that could not be had
_PLANNED = -1
_SAID_EVERY_S = 1.0


@dataclass(slots=True)
class Search:
    """One search for the Observations of files: what was found so far, said to the page as it goes on."""

    fields: tuple[Field, ...]
    say: Callable[[dict[str, Any]], None]
    understood: dict[str, Any] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)  # files that belong somewhere
    unproven: dict[str, str] = field(default_factory=dict)  # obs_id: why its list could not be had
    rows: int = 0
    _lists: int = 0
    _looked_through: int = 0
    _said_at: float = 0.0

    def among(self, observations: pa.Table, clues: Iterable[Clue]) -> pa.Table:
        """The rows that hold one of the files or more, with how many and as what."""
        held = self.holding(observations, tuple(clues))
        found = observations.filter(pc.is_in(observations["obsid"], value_set=pa.array(held, pa.string())))
        obsids = [str(obsid) for obsid in found["obsid"].to_pylist()]
        levels = zip(found["obs_id"].to_pylist(), found["calib_level"].to_pylist(), strict=True)
        belongs = [LEVEL3 if is_level3(obs_id or "", level) else EXPOSURE for obs_id, level in levels]
        columns: dict[str, pa.Array[Any]] = {
            FILES_MATCHED.name: pa.array([len(held[obsid]) for obsid in obsids], pa.int64()),
            BELONGS_AS.name: pa.array(belongs, pa.string()),
        }
        schema = arrow_schema(self.fields)
        self.rows += found.num_rows
        return pa.Table.from_arrays(
            [columns[name] if name in columns else found[name] for name in schema.names], schema=schema
        )

    def holding(self, observations: pa.Table, clues: tuple[Clue, ...]) -> dict[str, set[str]]:
        """By obsid which of the files the product lists hold; observations that hold none are left out."""
        candidates = observations.take(pa.array(_candidates(observations, clues), pa.int64()))
        uris = {clue.uri for clue in clues}
        columns = [candidates[name].to_pylist() for name in ("obsid", "obs_id", "calib_level")]
        names = {obsid: obs_id or "" for obsid, obs_id, _ in zip(*columns, strict=True)}
        combined = [
            obsid for obsid, obs_id, level in zip(*columns, strict=True) if is_level3(obs_id or "", level)
        ]
        exposures = sorted(names.keys() - set(combined))
        self._lists += len(names)
        holding: dict[str, set[str]] = {}
        for found in lists_of(combined, exposures):
            self._looked_through += 1
            self._say()
            if found.table is None:
                self.unproven[names[found.obsid]] = found.error
            elif held := uris.intersection(found.table["dataURI"].to_pylist()):
                holding[found.obsid] = held
                self.placed |= held
        return holding

    def _say(self) -> None:
        if time.monotonic() - self._said_at < _SAID_EVERY_S:
            return
        self._said_at = time.monotonic()
        progress = {"lists": self._lists, "looked_through": self._looked_through}
        self.say(self.understood | {"progress": progress})

    def summary(self, uris: Iterable[str] | None = None) -> dict[str, Any]:
        """What the snapshot's columns say in the end; of `uris` also which belong nowhere."""
        nowhere = sorted(set(uris or ()) - self.placed)
        files = {
            "found": len(self.placed),
            "nowhere": len(nowhere),
            "nowhere_named": nowhere[:MOST_NAMED],
            "unproven": len(self.unproven),
            "unproven_named": dict(sorted(self.unproven.items())[:MOST_NAMED]),
        }
        return {"count": self.rows, "understood": self.understood | {"files": files}}


def from_files(client: MastClient, lease: Lease, asked: FromFiles) -> Source:
    """The Observations that the files of a keyword result belong to."""
    try:
        rows = files_of(asked)
    except NoRows as error:
        raise BadQuestion(
            "The rows of the keyword search are not kept any more; ask it again, and from its new answer ask "
            "for the observations.",
            field="from_search",
        ) from error
    clues = clues_of(rows.to_pylist())
    search = Search(asked.fields, lambda understood: lease.renew(understood=understood))

    def pages() -> Iterator[pa.Table]:
        for body, part in questions_of(clues, PROGRAMS_AT_ONCE):
            yield search.among(observations(client, body), part)

    return Source(0, pages(), lambda: search.summary(clue.uri for clue in clues))


def holding_files(client: MastClient, lease: Lease, asked: HoldingFiles) -> Source:
    """The Observations by their own criteria that hold files by theirs."""
    asked = asked.located(located(client, lease, asked.observations))
    understood = ResultSet.objects.values_list("understood", flat=True).get(pk=lease.pk)
    search = Search(asked.fields, lambda told: lease.renew(understood=told), understood or {})

    def pages() -> Iterator[pa.Table]:
        rows, files = rows_and_files(client, asked)
        yield search.among(rows, clues_of(row for row in files if row["dataURI"]))

    return Source(0, pages(), search.summary)


def clues_of(rows: Iterable[Mapping[str, Any]]) -> list[Clue]:
    """What the names and the optics of keyword rows tell, each file once."""
    return list({row["dataURI"]: clue_of(row["dataURI"], row) for row in rows}.values())


def observations(client: MastClient, body: Mapping[str, object]) -> pa.Table:
    """All rows of a question to the archive, as many as it counted."""
    criteria = parse_question(body)
    pages = client.pages(criteria, settings.PAGE_ROWS, limit=settings.ROW_LIMIT)
    return pa.concat_tables([arrow_schema(criteria.fields).empty_table(), *pages])


def _candidates(table: pa.Table, clues: tuple[Clue, ...]) -> list[int]:
    """Numbers of the executed rows whose names allow that they hold one of the files."""
    texts = [[text or "" for text in table[name].to_pylist()] for name in ("obs_id", "filters")]
    levels = table["calib_level"].to_pylist()
    rows = list(zip(*texts, levels, strict=True))
    by_program: dict[str, list[Clue]] = {}
    for clue in clues:
        by_program.setdefault(clue.program if clue.mission == "JWST" else "", []).append(clue)
    obs_ids: dict[str, list[str]] = {}
    for obs_id, _, _ in rows:
        obs_ids.setdefault(program_of(obs_id), []).append(obs_id)
    wanted = {program: Wanted(part, obs_ids.get(program, ())) for program, part in by_program.items()}
    return [
        number
        for number, (obs_id, filters, level) in enumerate(rows)
        if level != _PLANNED
        and (files := wanted.get(program_of(obs_id))) is not None
        and files.may_be_in(obs_id, filters)
    ]
