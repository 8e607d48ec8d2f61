"""Owns the tree of a basket's observations: by programme, by target. Knows no requests and no tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from basket.contents import PLANNED_LEVEL
from basket.rights import Rights
from basket.sums import State

SHOWN_LINES = 1000


@dataclass(frozen=True, slots=True)
class Leaf:
    """One observation in the tree of a basket; `opens` is empty where it needs no token.

    `days` are those until it becomes public.
    """

    obsid: str
    row: dict[str, Any]
    failure: str
    note: str
    opens: str
    opens_words: str
    days: int | None

    @property
    def is_planned(self) -> bool:
        return self.row.get("calib_level") == PLANNED_LEVEL

    @property
    def words(self) -> str:
        """What tells it from other observations of its target."""
        told = (self.row.get("filters"), self.row.get("instrument_name"))
        return " ".join(str(word) for word in told if word) or str(self.row.get("obs_id") or self.obsid)


@dataclass(frozen=True, slots=True)
class Twig:
    """The observations of one target, as the programme spells it."""

    target: str
    leaves: list[Leaf]


@dataclass(frozen=True, slots=True)
class Branch:
    """The observations of one programme."""

    mission: str
    programme: str
    principal_investigator: str
    twigs: list[Twig]

    @property
    def count(self) -> int:
        return sum(len(twig.leaves) for twig in self.twigs)


def tree_of(state: State, rights: Rights, notes: Mapping[str, str]) -> list[Branch]:
    """A basket's observations by mission and programme, then by target, in the order of their names.

    `rights` are those of who looks, `notes` the rows' by obsid.
    """
    failures = dict(state.harvest.failed)
    leaves = [_leaf(row, failures, rights, notes) for row in state.contents.lines[:SHOWN_LINES]]
    leaves.sort(key=lambda leaf: (*_programme(leaf), _target(leaf), leaf.words, leaf.obsid))
    return [
        Branch(mission, programme, _first(leaf.row.get("proposal_pi") for leaf in found), _twigs(found))
        for (mission, programme), group in groupby(leaves, key=_programme)
        for found in [list(group)]
    ]


def _leaf(row: dict[str, Any], failures: Mapping[str, str], rights: Rights, notes: Mapping[str, str]) -> Leaf:
    obsid = str(row["obsid"])
    opens = rights.on(row)
    words = rights.words_on(row)
    return Leaf(
        obsid,
        row,
        failures.get(obsid, ""),
        notes.get(obsid, ""),
        str(opens or ""),
        words,
        rights.days_on(row),
    )


def _twigs(leaves: list[Leaf]) -> list[Twig]:
    return [Twig(target, list(group)) for target, group in groupby(leaves, key=_target)]


def _programme(leaf: Leaf) -> tuple[str, str]:
    return str(leaf.row.get("obs_collection") or ""), str(leaf.row.get("proposal_id") or "")


def _target(leaf: Leaf) -> str:
    return str(leaf.row.get("target_name") or "no target")


def _first(values: Iterable[Any]) -> str:
    return next((str(value) for value in values if value), "")
