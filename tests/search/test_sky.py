"""The footprints door: few rows as shapes, many as coverage and density, bad questions as sentences."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from mastportal.search.models import ResultSet, Search
from mastportal.search.opened import tables
from mastportal.search.questions import ask
from mastportal.search.sky.told import FOOTPRINT_LIMIT
from mastportal.tables.codes import OpenTable
from mastportal.work import Phase
from tests.search.make import PROGRAMME

EVIL = "<script>alert(1)</script>"
FEW: dict[str, list[Any]] = {
    "obsid": ["1", "2", "3", "4", EVIL],
    "obs_id": ["jw1", "jw2", None, EVIL, "jw5"],
    "obs_collection": ["JWST", "HST", "JWST", EVIL, None],
    "calib_level": [3, 2, -1, 3, 3],
    "dataRights": ["PUBLIC", "EXCLUSIVE_ACCESS", None, "PUBLIC", "PUBLIC"],
    "t_obs_release": [50_000.0, 99_999.0, None, 50_000.0, 50_000.0],
    "s_region": [
        "POLYGON ICRS 359.9 -0.1 0.1 -0.1 0.1 0.1 359.9 0.1 POLYGON 359.9 1 0.1 1 0.1 1.1",
        "CIRCLE ICRS 359.99 0 0.5",
        None,
        "POLYGON " + "9" * 100_000,
        None,
    ],
    "s_ra": [0.0, 359.99, 200.0, 10.0, float("nan")],
    "s_dec": [0.0, 0.0, 20.0, -10.0, float("inf")],
}

Asking = Callable[..., dict[str, Any]]


@pytest.fixture
def search(alice: User) -> Iterator[Search]:
    """A search whose rows a test puts there."""
    found = ask(PROGRAMME, alice).search
    values = {"phase": Phase.COMPLETED, "ended_at": timezone.now() - timedelta(seconds=5), "row_count": 5}
    ResultSet.objects.update(**values)
    Search.objects.update(current=found.latest)
    found.refresh_from_db()
    yield found
    tables.forget(found.current_id)


def holds(search: Search, columns: dict[str, list[Any]] | pa.Table) -> None:
    table = OpenTable(pa.table(columns).replace_schema_metadata({"key": "obsid"}))
    tables.get(search.current_id, lambda: table)


@pytest.fixture
def few(search: Search) -> Search:
    holds(search, FEW)
    return search


@pytest.fixture
def many(search: Search) -> Search:
    """10,000 small squares over the whole sky, some over RA 0 and close to the poles."""
    rng = np.random.default_rng(3)
    ra, dec = rng.uniform(0, 360, 10_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 10_000)))
    size = 0.02 / np.cos(np.radians(dec))
    corners = np.stack([ra - size, dec, ra, np.maximum(dec - 0.02, -90), ra + size, dec], axis=-1)
    texts = ["POLYGON " + " ".join(map(str, row)) for row in corners.tolist()]
    keys = [str(n) for n in range(len(ra))]
    holds(search, pa.table({"obsid": keys, "s_region": texts, "s_ra": ra, "s_dec": dec}))
    return search


def address(search: Search) -> str:
    return f"/api/v1/searches/{search.pk}/footprints"


def told(api: APIClient, search: Search, **params: str) -> dict[str, Any]:
    response = api.get(address(search), params)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def test_few_rows_come_as_shapes(api: APIClient, few: Search) -> None:
    found = told(api, few)
    assert (found["kind"], found["result"], found["matched"]) == ("footprints", str(few.current_id), 5)
    assert (found["missing"], found["unparsed"], found["nowhere"]) == (3, 1, 1)
    one, two, three, four, five = found["rows"]
    assert (one["key"], one["number"], one["obs_id"], one["missing"]) == ("1", 0, "jw1", False)
    assert one["at"][1] == pytest.approx(0, abs=1e-6)
    assert [kind for kind, _ in one["shapes"]] == ["p", "p"]
    assert two["shapes"] == [["c", [359.99, 0.0, 0.5]]]
    assert (three["shapes"], three["missing"], three["at"]) == ([], True, [200.0, 20.0])
    assert (four["obs_id"], four["missing"], four["at"]) == (EVIL, True, [10.0, -10.0])
    assert (five["key"], five["missing"], five["at"]) == (EVIL, True, None)


def test_shapes_run_on_across_ra_0(api: APIClient, few: Search) -> None:
    row = told(api, few)["rows"][0]
    for _, corners in row["shapes"]:
        assert max(corners[::2]) - min(corners[::2]) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize(
    ("colour_by", "by", "values"),
    [
        ("mission", "obs_collection", ["<script>alert(1)</script>", "HST", "JWST"]),
        ("instrument", None, []),
        ("access", "access", ["EXCLUSIVE_ACCESS", "PUBLIC", "planned"]),
    ],
)
def test_colours(api: APIClient, few: Search, colour_by: str, by: str | None, values: list[str]) -> None:
    found = told(api, few, colour_by=colour_by)
    assert found["colour"] == {"by": by, "values": values}
    assert {row["colour"] for row in found["rows"]} - {None} == set(values)


def test_the_table_grammar_chooses_rows_and_a_region_what_is_sent(api: APIClient, few: Search) -> None:
    found = told(api, few, **{"f.obs_collection": "JWST", "sky": "circle 0 0 5"})
    assert (found["matched"], [row["key"] for row in found["rows"]]) == (1, ["1"])
    found = told(api, few, region="circle 200 20 1")
    assert (found["matched"], found["shown"], [row["key"] for row in found["rows"]]) == (5, 1, ["3"])


def test_an_empty_choice_is_no_fault(api: APIClient, few: Search) -> None:
    found = told(api, few, q="nothing has this")
    assert (found["kind"], found["matched"], found["rows"]) == ("footprints", 0, [])


def test_many_rows_come_as_coverage(api: APIClient, many: Search) -> None:
    found = told(api, many)
    assert (found["kind"], found["matched"]) == ("coverage", 10_000)
    assert sum(found["density"]["counts"]) == 10_000
    assert len(found["density"]["cells"]) <= 3000
    assert max(map(int, found["moc"])) > found["density"]["order"]
    assert "rows" not in found


def test_coverage_is_refined_where_one_looks(api: APIClient, many: Search) -> None:
    found = told(api, many, region="circle 10 0 80", order="7")
    assert (found["kind"], found["density"]["order"]) == ("coverage", 7)
    assert sum(found["density"]["counts"]) == found["shown"] < found["matched"]
    near = told(api, many, region="circle 10 0 10")
    assert near["kind"] == "footprints"
    assert 0 < len(near["rows"]) == near["shown"] <= FOOTPRINT_LIMIT


def test_few_rows_of_very_many_corners_are_coverage_too(api: APIClient, search: Search) -> None:
    ring = np.linspace(0, 360, 2001)[:-1]
    text = "POLYGON " + " ".join(f"{ra:.4f} 80" for ra in ring)
    holds(search, {"obsid": [str(n) for n in range(60)], "s_region": [text] * 60})
    found = told(api, search)
    assert (found["kind"], found["shown"]) == ("coverage", 60)


def test_the_answer_is_sent_packed_to_who_can_unpack_it(api: APIClient, many: Search) -> None:
    response = api.get(address(many), {"region": "circle 10 0 10"}, HTTP_ACCEPT_ENCODING="gzip")
    assert response["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(response.content))["kind"] == "footprints"


@pytest.mark.parametrize(
    ("params", "field", "words"),
    [
        ({"colour_by": "taste"}, "colour_by", "must be one of"),
        ({"order": "13"}, "order", "whole number"),
        ({"order": "²"}, "order", "whole number"),
        ({"region": "circle 1 2"}, "region", "three numbers"),
        ({"sky": "polygon 1 2 3"}, "sky", "left over"),
        ({"f.nothing": "1"}, "f.nothing", "no column"),
    ],
)
def test_a_bad_question_is_a_sentence(
    api: APIClient, few: Search, params: dict[str, str], field: str, words: str
) -> None:
    response = api.get(address(few), params)
    error = response.json()["error"]
    assert (response.status_code, error["field"]) == (400, field)
    assert words in error["message"]


def test_a_table_without_places_says_so(api: APIClient, search: Search) -> None:
    holds(search, {"obsid": ["1"], "size": [3]})
    response = api.get(address(search))
    assert response.status_code == 400
    assert "no position on the sky" in response.json()["error"]["message"]


def test_it_takes_few_queries(api: APIClient, few: Search) -> None:
    told(api, few)
    with CaptureQueriesContext(connection) as queries:
        told(api, few)
    assert len(queries) <= 4, [query["sql"] for query in queries]


def test_an_unknown_search_is_not_there(api: APIClient, few: Search) -> None:
    assert api.get(f"/api/v1/searches/{few.current_id}/footprints").status_code == 404
