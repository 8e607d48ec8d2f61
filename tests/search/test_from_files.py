"""From files of a keyword result to the Observations they belong to, against the sandbox over HTTP."""

from typing import Any

import pyarrow.compute as pc
import pytest
from django.contrib.auth.models import User

from mastportal.mast.client import MastClient
from mastportal.search import from_files, from_files_lists, products, results
from mastportal.search.models import ProductList, ResultSet, Search
from mastportal.search.opened import tables
from mastportal.work import Phase
from tests.conftest import Sandbox
from tests.search.make import KEYWORDS, answered, latest

MIRI = {"collection": "jwst-keywords", "instrument": "miri", "criteria": {"program": ["1176", "1386"]}}


@pytest.fixture(autouse=True)
def _nothing_open() -> None:
    tables.clear()


@pytest.fixture
def files(sandbox: Sandbox, alice: User) -> Search:
    """A keyword search with its rows here."""
    return answered(KEYWORDS, alice)


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
