"""Observations that work together: associations that join members of others, in two generations."""

import json
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest

from mastportal.sandbox.holdings import Holdings, load
from tests.sandbox.conftest import TODAY

Row = dict[str, Any]
CASES = {
    # what the association is of: programme, part of its name, exposure types at either level
    "wfss": ("2736", "niriss_f115w-gr150c", {"science", "direct_image", "sourcecat", "segmap"}, {"science"}),
    "msa": ("2736", "nirspec_f170lp-g235m", {"science", "imprint"}, {"science"}),
    "coron": ("1386", "o001_t002_nircam_f444w", {"science"}, {"science", "psf"}),
    "background": ("2732", "c1001", {"science", "background"}, {"science", "background"}),
}


@cache
def holdings() -> Holdings:
    return load(None, today=TODAY, scale=600, file_bytes=4000)


@cache
def lists_of(program: str) -> dict[str, list[Row]]:
    """The product rows of a programme's observations by obs_id."""
    rows = [row for row in holdings().observations.to_pylist() if row["obs_collection"] == "JWST"]
    return {
        row["obs_id"]: holdings().product_rows(row["obsid"]) for row in rows if row["proposal_id"] == program
    }


def association(row: Row) -> Row:
    product = holdings().product(row["dataURI"])
    assert product is not None
    return json.loads(product.read(0, product.size_bytes))


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> tuple[str, dict[int, set[str]], list[Row]]:
    """The programme, the exposure types of its newest associations by level, and one observation's list."""
    program, part, level2, level3 = CASES[request.param]
    (rows,) = [rows for obs_id, rows in sorted(lists_of(program).items()) if part in obs_id][:1]
    return program, {2: level2, 3: level3}, rows


def associations(rows: list[Row]) -> dict[int, list[tuple[str, Row]]]:
    found: dict[int, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if row["productFilename"].endswith("_asn.json"):
            found[row["calib_level"]][row["productFilename"]] = association(row)
    return {level: sorted(told.items()) for level, told in found.items()}


def every(rows: list[Row]) -> list[tuple[str, Row]]:
    return [named for level in associations(rows).values() for named in level]


def test_the_members_are_of_every_kind_that_the_mode_has(case: Any) -> None:
    _, kinds, rows = case
    found = associations(rows)
    for level, wanted in kinds.items():
        roles = {member["exptype"] for _, told in found[level] for member in told["products"][0]["members"]}
        assert roles == wanted


def test_every_member_is_listed_somewhere_in_the_programme(case: Any) -> None:
    program, _, rows = case
    listed = {row["productFilename"] for rows in lists_of(program).values() for row in rows}
    for _, told in every(rows):
        assert {member["expname"] for member in told["products"][0]["members"]} <= listed


def test_two_generations_make_the_same_product_of_different_members(case: Any) -> None:
    _, _, rows = case
    generations = Counter(told["products"][0]["name"] for _, told in every(rows))
    assert 2 in generations.values()
    assert max(generations.values()) == 2


def test_an_association_looks_like_the_pipelines(case: Any) -> None:
    for name, told in every(case[2]):
        assert list(told) == [
            "asn_type", "asn_rule", "version_id", "code_version", "degraded_status", "program",
            "constraints", "asn_id", "asn_pool", "target", "products",
        ]  # fmt: skip
        assert told["version_id"] in name
        assert told["asn_id"] in name
        assert told["asn_type"] in name


def test_raw_exposures_of_shutters_name_their_metadata() -> None:
    rows = next(
        rows for obs_id, rows in lists_of("2736").items() if "nirspec" in obs_id and "-o007" in obs_id
    )
    names = {row["productFilename"] for row in rows}
    for row in rows:
        if row["productSubGroupDescription"] in ("UNCAL", "RATE"):
            product = holdings().product(row["dataURI"])
            assert product is not None
            head = product.read(0, 4 * 2880)
            cards = {head[at : at + 8].strip(): head[at + 10 : at + 80] for at in range(0, len(head), 80)}
            assert cards[b"MSAMETFL"].split(b"'")[1].strip().decode() in names
            assert (b"R_DARK" in cards) is (row["productSubGroupDescription"] == "RATE")
