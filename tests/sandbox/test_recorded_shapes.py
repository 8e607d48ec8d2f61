"""The sandbox answers in the shape MAST was recorded to answer in, in the installed astroquery's tests."""

import json
from pathlib import Path
from typing import Any

import astroquery.mast
import pytest

from tests.sandbox.asking import Asking

RECORDED = Path(astroquery.mast.__file__).parent / "tests" / "data"
M57 = {"ra": 283.396, "dec": 33.029, "radius": 0.02}
POSITION = {"columns": "*", "filters": [], "position": "283.396, 33.029, 0.02"}
JSON_TYPES = {"string": (str, int), "int": (int,), "float": (float, int), "boolean": (bool,)}


def recorded(name: str) -> dict[str, Any]:
    return json.loads((RECORDED / name).read_text())


@pytest.fixture(
    params=[
        ("advSearch.json", "Mast.Caom.Filtered", {"columns": "*", "filters": []}),
        ("advSearchPos.json", "Mast.Caom.Filtered.Position", POSITION),
        ("caom.json", "Mast.Caom.Cone", M57),
        ("products.json", "Mast.Caom.Products", None),
        ("countsResp.json", "Mast.Caom.Filtered", {"columns": "COUNT_BIG(*)", "filters": []}),
    ],
    ids=lambda param: param[0],
)
def pair(request: pytest.FixtureRequest, asking: Asking) -> tuple[dict[str, Any], dict[str, Any]]:
    """The recorded answer and ours for the same service."""
    name, service, params = request.param
    if params is None:
        params = {"obsid": asking.observations("obsid", obs_collection="HST")[0]["obsid"]}
    return recorded(name), asking.ask(service, params)


def test_same_keys_around_the_rows(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    theirs, ours = pair
    assert set(theirs) == set(ours)
    assert set(theirs["paging"]) == set(ours["paging"])
    assert (ours["status"], ours["msg"]) == (theirs["status"], theirs["msg"])


def test_every_recorded_field_is_there_with_its_type(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    theirs, ours = ({f["name"]: f["type"] for f in answer["fields"]} for answer in pair)
    assert theirs.items() <= ours.items()


def test_rows_have_exactly_the_fields(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for answer in pair:
        names = {field["name"] for field in answer["fields"]}
        assert answer["data"]
        assert all(set(row) == names for row in answer["data"])


def test_values_are_of_the_json_type_or_null(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for answer in pair:
        for field in answer["fields"]:
            values = [row[field["name"]] for row in answer["data"]]
            assert all(value is None or isinstance(value, JSON_TYPES[field["type"]]) for value in values)


def test_recorded_columns_keep_their_json_type(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """An identifier is a number under type string; a text is a text."""
    theirs, ours = pair
    for name in theirs["data"][0]:
        kinds = [{type(v) for v in (row[name] for row in a["data"]) if v is not None} for a in (theirs, ours)]
        loose = [
            {float if kind is int and name[:2] in {"t_", "em", "s_"} else kind for kind in k} for k in kinds
        ]
        assert len(loose[0] | loose[1] - {int}) <= 1 or loose[0] <= {int, float}


def test_identifiers_are_numbers_and_missing_values_null(asking: Asking) -> None:
    row = asking.rows("Mast.Caom.Cone", M57)[0]
    assert isinstance(row["obsid"], int)
    assert row["_selected_"] is None


def test_columns_configuration_covers_the_recorded_one(asking: Asking) -> None:
    theirs = recorded("columnsconfig.json")
    ours = asking.http.post(
        "/portal/Mashup/Mashup.asmx/columnsconfig", data={"colConfigId": "Mast.Caom.Cone"}
    ).json()
    assert set(theirs) <= set(ours)
    for name, column in theirs.items():
        for key in ("separator", "remove", "type"):
            assert column.get(key) == ours[name].get(key), (name, key)
    assert {"provenance_name", "proposal_type", "sequence_number"} <= set(ours)


def test_the_same_columns_are_continuous(asking: Asking) -> None:
    theirs = recorded("columnsconfig.json")
    ours = asking.http.post(
        "/portal/Mashup/Mashup.asmx/columnsconfig", data={"colConfigId": "Mast.Caom.Cone"}
    ).json()
    for name, column in theirs.items():
        if not column.get("remove"):
            assert column.get("vot.datatype") == ours[name].get("vot.datatype"), name


def test_missions_tree(asking: Asking) -> None:
    theirs = recorded("missions.extjs")
    ours = asking.ask("Mast.Caom.All", {}, format="extjs")
    tables = [answer["data"]["Tables"][0] for answer in (theirs, ours)]
    assert set(theirs["data"]) == set(ours["data"])
    assert set(tables[0]) == set(tables[1])
    assert set(tables[0]["ExtendedProperties"]["Paging"]) == set(tables[1]["ExtendedProperties"]["Paging"])
    assert {c["text"] for c in tables[0]["Columns"]} <= {c["text"] for c in tables[1]["Columns"]} | {
        "_selected_"
    }


def test_missions_tree_counts_each_mission(asking: Asking) -> None:
    columns = asking.ask("Mast.Caom.All", {}, format="extjs")["data"]["Tables"][0]["Columns"]
    tree = next(c for c in columns if c["text"] == "obs_collection")["ExtendedProperties"]["histObj"]
    for mission in ("JWST", "HST"):
        count = asking.rows(
            "Mast.Caom.Filtered",
            {"columns": "COUNT_BIG(*)", "filters": [{"paramName": "obs_collection", "values": [mission]}]},
        )
        assert tree[mission] == {"count": count[0]["Column1"], "key": mission}


def test_resolver(asking: Asking) -> None:
    theirs = recorded("resolver.json")
    ours = asking.http.get("/Santa-war/query", params={"name": ["M1", "m101"], "outputFormat": "json"}).json()
    assert set(theirs) == set(ours)
    known = {key for each in theirs["resolvedCoordinate"] for key in each}
    assert [each["searchString"] for each in ours["resolvedCoordinate"]] == ["m1", "m101"]
    assert all(set(each) <= known for each in ours["resolvedCoordinate"])
