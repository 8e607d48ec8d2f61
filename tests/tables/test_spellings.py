"""Spellings of one name fold to one key, and names of different things do not."""

import csv
import gzip
import math
from collections import defaultdict
from pathlib import Path

import pytest

from mastportal.tables.spellings import folded_name, groups

APART_DEG = 0.5


def test_all_recorded_groups_fold_to_one_key_each(shared: Path) -> None:
    recorded = defaultdict(list)
    with (shared / "mast/data/target_name_variants.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            recorded[row["group_key"]].append(row["spelling"])
    assert len(recorded) == 424
    keys = {key: {folded_name(each) for each in spellings} for key, spellings in recorded.items()}
    assert {key: found for key, found in keys.items() if len(found) != 1} == {}
    assert len({found for one in keys.values() for found in one}) == 424  # no two groups fall together


def test_names_that_fold_together_are_at_one_place(shared: Path) -> None:
    """Of 7,716 recorded names 145 and some folds hold several spellings; false ones would lie apart."""
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with gzip.open(shared / "mast/data/observations_merged.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["s_ra"] and row["s_dec"] and row["mtFlag"].casefold() != "true":
                places[row["target_name"]].append((float(row["s_ra"]), float(row["s_dec"])))
    several = {key: names for key, names in groups(places).items() if len(names) > 1}
    apart = {
        key: names
        for key, names in several.items()
        if max(_apart_deg(places[one][0], places[names[0]][0]) for one in names) > APART_DEG
    }
    assert len(several) > 140
    assert len(apart) <= len(several) * 0.03, apart


def _apart_deg(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (one[0] - other[0] + 180) % 360 - 180
    return math.hypot(east * math.cos(math.radians(one[1])), one[1] - other[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J1032+50", "J1032-50"),
        ("NGC 1", "NGC 11"),
        ("M 31", "M 3"),
        ("-", "*"),
        ("", "-"),
        ("α Cen", "β Cen"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


def test_hostile_names_fold_to_something() -> None:
    assert folded_name("<b>VV 191</b>") == "bvv191b"
    assert folded_name("=1+1") == "1+1"
    assert len(folded_name("x" * 100_000)) == 100_000
