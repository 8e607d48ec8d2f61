"""Services, columns, pages, formats and errors of the Mashup door."""

import io
from typing import Any
from urllib.parse import quote

import pytest
from astropy.table import Table

from tests.sandbox.asking import FORM, Asking

ALL: dict[str, Any] = {"columns": "*", "filters": []}


def count(asking: Asking, service: str = "Mast.Caom.Filtered", **params: Any) -> int:
    return int(asking.rows(service, {"columns": "COUNT_BIG(*)", "filters": [], **params})[0]["Column1"])


@pytest.mark.parametrize("service", ["mast.caom.filtered", "MAST.CAOM.FILTERED", " Mast.Caom.Filtered "])
def test_services_compare_without_case(asking: Asking, service: str) -> None:
    assert asking.ask(service, ALL)["status"] == "COMPLETE"


@pytest.mark.parametrize("instrument", ["Nircam", "NIRISS", "nirspec", "Miri", "FGS", "GuideStar", "Wss"])
def test_every_keyword_service(asking: Asking, instrument: str) -> None:
    answer = asking.ask(f"Mast.JWST.Filtered.{instrument}", ALL)
    assert answer["status"] == "COMPLETE"
    assert answer["data"]
    file_column = "fileName" if instrument in ("GuideStar", "Wss") else "filename"
    assert file_column in {field["name"] for field in answer["fields"]}


def test_keyword_dates_come_in_pairs(asking: Asking) -> None:
    answer = asking.ask("Mast.Jwst.Filtered.Nircam", {"columns": "date_obs,date_obs_mjd", "filters": []})
    assert [field["type"] for field in answer["fields"]] == ["date", "float"]
    row = next(row for row in answer["data"] if row["date_obs"])
    milliseconds = int(row["date_obs"].removeprefix("/Date(").removesuffix(")/"))
    assert milliseconds / 86_400_000 + 40587 == pytest.approx(row["date_obs_mjd"], abs=1)


def test_keyword_sizes_are_those_of_the_files(asking: Asking) -> None:
    row = asking.rows("Mast.Jwst.Filtered.Niriss", {"columns": "dataURI,fileSize", "filters": []})[0]
    assert len(asking.file(row["dataURI"]).content) == row["fileSize"]


def test_chosen_columns_in_the_order_asked_and_the_tables_spelling(asking: Asking) -> None:
    rows = asking.rows("Mast.Caom.Filtered", {"columns": "T_MIN, obs_id,c.obsid ,obs_id", "filters": []})
    assert list(rows[0]) == ["t_min", "obs_id", "obsid"]


@pytest.mark.parametrize("columns", ["*", "c.*", "", None, ["*"]])
def test_all_columns(asking: Asking, columns: Any) -> None:
    assert len(asking.ask("Mast.Caom.Filtered", {"columns": columns, "filters": []})["fields"]) == 33


def test_pages_cover_everything_once(asking: Asking) -> None:
    total = count(asking)
    seen: list[int] = []
    for page in range(1, -(-total // 150) + 1):
        answer = asking.ask("Mast.Caom.Filtered", ALL, page=page, pagesize=150)
        assert answer["paging"]["page"] == page
        assert answer["paging"]["pagesFiltered"] == -(-total // 150)
        seen += [row["obsid"] for row in answer["data"]]
    assert len(seen) == len(set(seen)) == total


def test_a_page_past_the_end_is_empty(asking: Asking) -> None:
    answer = asking.ask("Mast.Caom.Filtered", ALL, page=10_000)
    assert (answer["data"], answer["paging"]["page"], answer["paging"]["rows"]) == ([], 10_000, 0)


def test_counts(asking: Asking) -> None:
    jwst = [{"paramName": "obs_collection", "separator": ";", "values": ["jwst"]}]
    assert 0 < count(asking, filters=jwst) < count(asking)
    assert count(asking, "Mast.Caom.Filtered.Position", position="0, 0, 180") == count(asking)


def test_products_of_several_observations(asking: Asking) -> None:
    ids = [row["obsid"] for row in asking.observations("obsid", proposal_id="1176")[:2]]
    together = asking.rows("Mast.Caom.Products", {"obsid": ",".join(map(str, ids))})
    assert [row["dataURI"] for row in together] == [r["dataURI"] for i in ids for r in asking.products(i)]
    assert {row["parent_obsid"] for row in together} == set(ids)


def test_products_are_paged_too(asking: Asking) -> None:
    obsid = asking.observations("obsid", proposal_id="1176")[0]["obsid"]
    answer = asking.ask("Mast.Caom.Products", {"obsid": obsid}, page=2, pagesize=5)
    assert [row["dataURI"] for row in answer["data"]] == [r["dataURI"] for r in asking.products(obsid)[5:10]]


def test_planned_and_unknown_observations_have_no_products(asking: Asking) -> None:
    planned = asking.observations("obsid", calib_level="-1")[0]["obsid"]
    for obsid in (planned, 1):
        answer = asking.ask("Mast.Caom.Products", {"obsid": obsid})
        assert (answer["status"], answer["data"]) == ("COMPLETE", [])
        assert answer["fields"]


def test_missions_list(asking: Asking) -> None:
    assert {"distinctValue": "JWST"} in asking.rows("Mast.Missions.List", {})


def test_exclude_hla_and_default_radius(asking: Asking) -> None:
    params = {"ra": 283.396, "dec": 33.029}
    wide = asking.rows("Mast.Caom.Cone", params)
    assert wide == asking.rows("Mast.Caom.Cone", {**params, "radius": 0.2, "exclude_hla": False})
    assert all(
        r["obs_collection"] != "HLA" for r in asking.rows("Mast.Caom.Cone", {**params, "exclude_hla": True})
    )


@pytest.mark.parametrize(
    ("service", "params", "properties", "sentence"),
    [
        ("Mast.Nothing", {}, {}, "Mast.Nothing"),
        ("Mast.Jwst.Filtered.Hubble", ALL, {}, "hubble"),
        ("Mast.Caom.Filtered", {"columns": "nope", "filters": []}, {}, "nope"),
        ("Mast.Caom.Filtered", ALL, {"page": 0}, "page"),
        ("Mast.Caom.Filtered", ALL, {"pagesize": "many"}, "pagesize"),
        ("Mast.Caom.Filtered", ALL, {"format": "parchment"}, "parchment"),
        ("Mast.Caom.Cone", {"ra": 1}, {}, "dec"),
        ("Mast.Caom.Cone", {"ra": 1, "dec": 95, "radius": 1}, {}, "sky"),
        ("Mast.Caom.Cone", {"ra": 1, "dec": 5, "radius": -1}, {}, "sky"),
        ("Mast.Caom.Filtered.Position", {**ALL, "position": "1, 2"}, {}, "position"),
        ("Mast.Caom.Filtered.Position", {**ALL, "position": "a, b, c"}, {}, "numbers"),
        ("Mast.Caom.Products", {}, {}, "obsid"),
        ("Mast.Caom.Products", {"obsid": "x"}, {}, "obsid"),
    ],
)
def test_errors_are_said_with_status_200(
    asking: Asking, service: str, params: dict[str, Any], properties: dict[str, Any], sentence: str
) -> None:
    answer = asking.ask(service, params, **properties)
    assert answer["status"] == "ERROR"
    assert sentence in answer["msg"]


def test_a_request_without_a_question(asking: Asking) -> None:
    for answer in (
        asking.http.post("/api/v0/invoke"),
        asking.http.post("/api/v0/invoke", data={"request": "["}),
    ):
        assert answer.json()["status"] == "ERROR"


def test_stray_properties_are_ignored(asking: Asking) -> None:
    params = {**ALL, "format": "json", "obstype": "all", "pagesize": 3, "removenullcolumns": True}
    answer = asking.ask("Mast.Caom.Filtered", params, clearcache=True, cachebreaker="x", unheard="of")
    assert answer["paging"]["pageSize"] == 50_000


def test_unescaped_and_get_requests(asking: Asking) -> None:
    text = '{"service": "Mast.Missions.List", "params": {}, "format": "json"}'
    expected = asking.ask("Mast.Missions.List", {})
    assert asking.http.post("/api/v0/invoke", content="request=" + text, headers=FORM).json() == expected
    assert asking.http.get("/api/v0/invoke?request=" + quote(text)).json() == expected
    assert (
        asking.http.post("/portal_jwst/Mashup/Mashup.asmx/invoke", data={"request": text}).json() == expected
    )


def test_csv_and_votable(asking: Asking) -> None:
    params = {"columns": "obs_id,t_min,mtFlag,calib_level", "filters": []}
    expected = [row["obs_id"] for row in asking.rows("Mast.Caom.Filtered", params)]
    lines = asking.raw("Mast.Caom.Filtered", params, format="csv").text.splitlines()
    table = Table.read(
        io.BytesIO(asking.raw("Mast.Caom.Filtered", params, format="votable").content), format="votable"
    )
    assert len(lines) == 1 + len(expected)
    assert list(table["obs_id"]) == expected


def test_names(asking: Asking) -> None:
    answer = asking.ask("Mast.Name.Lookup", {"input": "M 57", "format": "json"})
    (found,) = answer["resolvedCoordinate"]
    assert (found["searchString"], answer["status"]) == ("m 57", "")
    assert (found["ra"], found["decl"]) == pytest.approx((283.396, 33.029), abs=0.01)
    assert (
        asking.ask("Mast.Name.Lookup", {"input": "no such thing 77", "format": "json"})["resolvedCoordinate"]
        == []
    )


def test_names_as_xml(asking: Asking) -> None:
    answer = asking.raw("Mast.Name.Lookup", {"input": "m57", "format": "xml"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<decl>33.0" in answer.text


def test_the_resolver_takes_an_absolute_target(asking: Asking) -> None:
    """astroquery asks it through a proxy, whose request line holds the whole address."""
    import socket

    host, port = asking.url.removeprefix("http://").split(":")
    line = "GET http://mastresolver.stsci.edu/Santa-war/query?name=M1&resolver=NED&outputFormat=json HTTP/1.1"
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"{line}\r\nHost: mastresolver.stsci.edu\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 200")
    assert '"resolver":"NED"' in answer


def test_column_configuration_of_any_service(asking: Asking) -> None:
    def config(name: str) -> dict[str, Any]:
        return asking.http.post("/portal/Mashup/Mashup.asmx/columnsconfig", data={"colConfigId": name}).json()

    assert "dataURI" in config("Mast.Caom.Products")
    assert config("Mast.Caom.All") == config("Mast.Caom.Cone")
    assert config("Mast.Jwst.Filtered.Nircam") == config("Never.Heard.Of") == {}
