"""Files and the Observations they belong to, on recorded tables: what was listed is found, nothing else."""

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User

from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from mastportal.mast.membership import clue_of, questions_of
from mastportal.search import from_files, from_files_source, results
from mastportal.search.from_files_source import Search
from tests.acceptance.conftest import served
from tests.acceptance.recorded_files import agreed_files
from tests.search.make import answered

Parents = dict[str, set[str]]
TELLING = ("obsID", "obs_id", "parent_obsid", "dataURI", "proposal_id", "obs_collection")
SEED = 20261123


@pytest.fixture(scope="module")
def listed(recorded: Path) -> list[dict[str, str]]:
    """The recorded product rows; one without a parent belongs to its own obsID."""
    with gzip.open(recorded / "caom_products_verbatim.csv.gz", "rt", encoding="utf-8") as text:
        rows = [{name: row[name] for name in TELLING} for row in csv.DictReader(text)]
    return [row | {"parent_obsid": row["parent_obsid"] or row["obsID"]} for row in rows]


@pytest.fixture(scope="module")
def parents(listed: list[dict[str, str]]) -> Parents:
    """By dataURI the obsids of the observations whose recorded list names it."""
    found: Parents = defaultdict(set)
    for row in listed:
        found[row["dataURI"]].add(row["parent_obsid"])
    return found


def names_of_parents(listed: list[dict[str, str]], observations: pa.Table) -> dict[str, tuple[str, str, str]]:
    """By obsid mission, obs_id and programme of every parent. Eleven were recorded by their members alone:

    they are sources of the same observation as their siblings, and get source numbers that nobody has.
    """
    known = dict(zip(observations["obsid"].to_pylist(), observations["obs_id"].to_pylist(), strict=True))
    named: dict[str, tuple[str, str, str]] = {}
    for row in sorted(listed, key=lambda row: row["obsID"] != row["parent_obsid"]):
        parent, programme = row["parent_obsid"], row["proposal_id"]
        member = row["obs_id"]
        sibling = f"jw{programme:0>5}-o{member[7:10]}_s{parent}_nirspec_f100lp-g140h"
        own = member if row["obsID"] == parent else known.get(parent) or sibling
        named.setdefault(parent, (row["obs_collection"], own, programme))
    return named


@pytest.fixture(scope="module")
def only_listed(
    recorded: Path, listed: list[dict[str, str]], from_files_table: pa.Table, tmp_path_factory: Any
) -> Iterator[Archive]:
    """A sandbox that knows the recorded product lists and no observation beside their parents."""
    folder = tmp_path_factory.mktemp("listed")
    (folder / "caom_products.csv.gz").symlink_to(recorded / "caom_products_verbatim.csv.gz")
    with (folder / "observations.csv").open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["obsid", "obs_collection", "obs_id", "proposal_id", "instrument_name", "calib_level"])
        for obsid, (mission, obs_id, programme) in names_of_parents(listed, from_files_table).items():
            instrument = "NIRCAM" if "nircam" in obs_id else "NIRSPEC" if mission == "JWST" else "WFPC2"
            level = 3 if "-o" in obs_id else 2
            rows.writerow([obsid, mission, obs_id, programme, instrument, level])
    with served(folder) as archive:
        yield archive


@pytest.fixture(scope="module")
def from_files_table(recorded: Path) -> pa.Table:
    """The verbatim observations, for their names."""
    with (recorded / "caom_observations_verbatim.csv").open(encoding="utf-8") as text:
        rows = [{name: row[name] for name in ("obsid", "obs_id")} for row in csv.DictReader(text)]
    return pa.Table.from_pylist(rows)


def test_every_recorded_file_has_exactly_the_recorded_parents(
    only_listed: Archive, parents: Parents, settings: Any, db: None
) -> None:
    settings.ARCHIVE_URL = only_listed.base_url
    search, client, found = Search((), lambda understood: None), MastClient(only_listed), defaultdict(set)
    clues = [clue_of(uri) for uri in parents]
    for body, part in questions_of(clues, from_files_source.PROGRAMS_AT_ONCE):
        rows = from_files_source.observations(client, body)
        for obsid, uris in search.holding(rows, tuple(part)).items():
            for uri in uris:
                found[uri].add(obsid)
    assert len(parents) == 432
    assert found == parents
    assert not search.unproven


def sampled(recorded: Path, count: int) -> list[dict[str, str]]:
    """Random keyword rows, the same in every run: service and dataURI."""
    rows = agreed_files(recorded)
    return random.Random(SEED).sample(rows, count)


def asked_for(files: list[dict[str, str]], user: User) -> Iterator[tuple[list[str], list[dict[str, Any]]]]:
    """Each service's files, found by name, and the rows of the observations they belong to."""
    for service in sorted({row["instrume"] for row in files}):
        names = [row["filename"] for row in files if row["instrume"] == service]
        criteria = {"filename": names}
        keywords = answered(
            {"collection": "jwst-keywords", "instrument": service.lower(), "criteria": criteria}, user
        )
        uris = results.open_table(keywords.current.pk).table["dataURI"].to_pylist()
        assert sorted(uri.rpartition("/")[2] for uri in uris) == sorted(names)
        search = answered(from_files.prepared({"from_search": str(keywords.pk)}), user)
        told = search.current.understood["files"]
        assert (told["found"], told["nowhere"], told["unproven"]) == (len(uris), 0, 0)
        yield uris, results.open_table(search.current.pk).table.to_pylist()


def holders(client: MastClient, obsids: list[str]) -> Parents:
    """By dataURI which of these observations list it, as the archive says when asked by nobody of ours."""
    found: Parents = defaultdict(set)
    for at in range(0, len(obsids), 300):
        table = client.products(",".join(obsids[at : at + 300]))
        for uri, parent in zip(table["dataURI"].to_pylist(), table["parent_obsid"].to_pylist(), strict=True):
            found[uri].add(parent)
    return found


@pytest.mark.parametrize(("count", "programmes"), [(24, 2), pytest.param(200, None, marks=pytest.mark.long)])
def test_random_files_give_the_observations_they_belong_to_and_no_other(
    recorded: Path,
    recorded_archive: Archive,
    alice: User,
    settings: Any,
    count: int,
    programmes: int | None,
) -> None:
    settings.ARCHIVE_URL = recorded_archive.base_url
    client = MastClient(recorded_archive)
    for uris, rows in asked_for(sampled(recorded, count), alice):
        answers = {row["obsid"] for row in rows}
        there = holders(client, sorted(answers))
        assert all(there[uri] for uri in uris)
        assert {parent for uri in uris for parent in there[uri]} == answers
        assert sum(row["files_matched"] for row in rows) == sum(len(there[uri]) for uri in uris)
        for programme in sorted({row["proposal_id"] for row in rows})[:programmes]:
            body = {"collection": "programs", "programs": programme, "criteria": {"obs_collection": ["JWST"]}}
            others = set(from_files_source.observations(client, body)["obsid"].to_pylist()) - answers
            elsewhere = holders(client, sorted(others))
            assert not [uri for uri in uris if elsewhere[uri]]
