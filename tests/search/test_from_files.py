"""From files of a keyword result to the Observations they belong to, against the sandbox over HTTP."""

from typing import Any

import pyarrow.compute as pc
import pytest
from django.contrib.auth.models import User

from mastportal.search import from_files, products, results
from mastportal.search.models import ProductList, Search
from mastportal.search.opened import tables
from mastportal.work import Phase
from tests.archive import Sandbox
from tests.search.make import FEW_FILES, answered, latest


@pytest.fixture(autouse=True)
def _nothing_open() -> None:
    tables.clear()


@pytest.fixture
def files(sandbox: Sandbox, alice: User) -> Search:
    """A keyword search with its rows here."""
    return answered(FEW_FILES, alice)


def observations_of(search: Search, user: User, **more: Any) -> Search:
    question = from_files.prepared({"from_search": str(search.pk)} | more)
    return answered(question, user)


def rows_of(search: Search) -> list[dict[str, Any]]:
    assert search.phase == Phase.COMPLETED, search.error
    return results.open_table(search.current.pk).table.to_pylist()


def uris_of(search: Search) -> list[str]:
    return results.open_table(search.current.pk).table["dataURI"].to_pylist()


def test_each_row_is_an_observation_whose_product_list_holds_files(files: Search, alice: User) -> None:
    search = observations_of(files, alice)
    rows, uris = rows_of(search), set(uris_of(files))
    assert rows
    for row in rows:
        listed = set(products.table_of([row["obsid"]])["dataURI"].to_pylist())
        assert row["files_matched"] == len(listed & uris) > 0
        assert row["belongs_as"] == ("level-3 parent" if "-o" in row["obs_id"] else "exposure")
    told = search.current.understood["files"]
    assert (told["found"], told["nowhere"], told["unproven"]) == (len(uris), 0, 0)
    assert search.current.count == search.current.row_count == len(rows)


def test_every_file_is_looked_for_and_chosen_ones_alone(files: Search, alice: User) -> None:
    uris = uris_of(files)
    whole = {row["obsid"]: row["files_matched"] for row in rows_of(observations_of(files, alice))}
    one = rows_of(observations_of(files, alice, dataURI=uris[:1]))
    assert {row["files_matched"] for row in one} == {1}
    assert {row["obsid"] for row in one} < set(whole)
    assert sum(whole.values()) >= len(uris)


def test_filters_choose_files_in_any_spelling_and_order(files: Search, alice: User) -> None:
    row = results.open_table(files.current.pk).table.slice(0, 1).to_pylist()[0]
    filters = f"f.program={row['program']}&f.observtn={row['observtn']}"
    search = observations_of(files, alice, filters=filters)
    again = f"?f.observtn={row['observtn']}&f.program={row['program']}&sort=-filename&page=2"
    assert observations_of(files, alice, filters=again).pk == search.pk
    programmes = {found["proposal_id"] for found in rows_of(search)}
    assert programmes == {str(row["program"])}
    assert "f.program=" in search.words


def test_the_question_stays_with_the_snapshot_that_was_looked_at(files: Search, alice: User) -> None:
    first = observations_of(files, alice)
    assert first.criteria["result"] == str(files.current.pk)
    refreshed = answered(FEW_FILES, alice, refresh=True)
    assert observations_of(refreshed, alice).pk != first.pk
    assert observations_of(refreshed, alice, result=first.criteria["result"]).pk == first.pk


def test_what_a_body_says_of_itself_is_made_anew(files: Search, alice: User) -> None:
    search = observations_of(files, alice)
    lying = search.criteria | {"files": 10**9, "of": "<b>everything</b>"}
    assert from_files.prepared(lying) == search.criteria


def test_kept_lists_are_not_asked_for_again(files: Search, alice: User, sandbox: Sandbox) -> None:
    search = observations_of(files, alice)
    mark = sandbox.mark()
    again = answered(search.criteria, alice, refresh=True)
    assert "Mast.Caom.Products" not in {entry["service"] for entry in sandbox.log(mark)}
    assert again.current.row_count == search.current.row_count


def test_lists_are_asked_for_by_programme_and_instrument(
    files: Search, alice: User, sandbox: Sandbox
) -> None:
    mark = sandbox.mark()
    search = observations_of(files, alice)
    asked = [entry["service"] for entry in sandbox.log(mark)]
    found = rows_of(search)
    programmes = {row["proposal_id"] for row in found}
    table = results.open_table(search.current.pk).table
    assert set(pc.utf8_slice_codeunits(table["instrument_name"], 0, 6).to_pylist()) == {"NIRCAM"}
    assert asked.count("Mast.Caom.Filtered") == 2 * -(-len(programmes) // 20)  # counted, then fetched
    assert asked.count("Mast.Caom.Products") <= 2 * len(found) + 2


def test_a_list_that_cannot_be_had_is_told_and_not_guessed(
    files: Search, alice: User, sandbox: Sandbox
) -> None:
    search = observations_of(files, alice)
    whole = rows_of(search)
    ProductList.objects.all().delete()
    sandbox.faults({"match": "Caom.Products", "times": 1, "fault": "status", "status": 400})
    again = answered(search.criteria, alice, refresh=True)
    told, found = again.current.understood["files"], {row["obs_id"] for row in rows_of(again)}
    assert told["unproven"] == len(told["unproven_named"]) == 1
    assert found == {row["obs_id"] for row in whole} - set(told["unproven_named"])
    assert told["nowhere"] == len(uris_of(files)) - told["found"] > 0


def test_an_archive_that_is_down_ends_the_question(files: Search, alice: User, sandbox: Sandbox) -> None:
    sandbox.faults({"match": "Caom.Products", "times": 99, "fault": "status", "status": 503})
    search = observations_of(files, alice)
    assert (search.phase, latest(search).error_kind) == (Phase.ERROR, "archive_unavailable")
    assert not ProductList.objects.filter(phase=Phase.EXECUTING).exists()
