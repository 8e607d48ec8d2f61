"""The REST calls of baskets and bundles, as the contract gives them."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from rest_framework.test import APIClient

from basket.models import Basket, BasketLine
from mastportal.search.models import ProductList
from tests.archive import Sandbox
from tests.basket.make import KEYWORDS, PROGRAMME, rows_of
from tests.people import client_of

pytestmark = pytest.mark.django_db(transaction=True)


def error(answer: HttpResponse) -> tuple[int, str, str | None]:
    body = answer.json()["error"]
    assert body["message"].endswith((".", "?"))
    return answer.status_code, body["code"], body.get("field")


def test_a_basket_tells_what_it_holds(api: APIClient, basket: Basket) -> None:
    told = api.get(f"/api/v1/baskets/{basket.pk}").json()
    assert {k: told[k] for k in ("name", "owner", "role", "observations", "phase")} == {
        "name": "A basket",
        "owner": "alice",
        "role": "owner",
        "observations": 3,
        "phase": "COMPLETED",
    }
    assert told["group"] == basket.group_id
    assert 0 < told["selected"]["files"] < told["products"]
    assert 0 < told["selected"]["bytes"] < told["bytes"]


def test_baskets_are_listed_for_the_group(basket: Basket, bob: User, charlie: User) -> None:
    (told,) = client_of(bob).get("/api/v1/baskets").json()["results"]
    assert (told["id"], told["role"]) == (basket.pk, "editor")
    assert client_of(charlie).get("/api/v1/baskets").json()["results"] == []


def test_a_basket_needs_a_name(api: APIClient) -> None:
    assert error(api.post("/api/v1/baskets", {}, format="json")) == (400, "bad_question", "name")


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 428), ('"1"', 412), ("nonsense", 400), ('"9"', 412), ('"2"', 200), ("2", 200), ("*", 200)],
)
def test_changes_name_the_revision_they_change(
    api: APIClient, basket: Basket, header: str | None, status: int
) -> None:
    headers = {"If-Match": header} if header else {}
    answer = api.patch(f"/api/v1/baskets/{basket.pk}", {"name": "n"}, format="json", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert (answer.json()["revision"], answer["ETag"]) == (3, '"3"')


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 428), ('"1"', 200), ("nonsense", 400), ('"9"', 412), ('"2"', 200), ("2", 200), ("*", 200)],
)
def test_a_selection_is_changed_by_who_saw_it_whatever_was_added_since(
    api: APIClient, basket: Basket, header: str | None, status: int
) -> None:
    headers = {"If-Match": header} if header else {}
    address, wish = f"/api/v1/baskets/{basket.pk}/selection", {"preset": "none"}
    answer = api.put(address, wish, format="json", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert (answer.json()["revision"], answer["ETag"]) == (3, '"3"')
        again = api.put(address, {"preset": "everything"}, format="json", headers={"If-Match": '"2"'})
        assert error(again) == (412, "precondition_failed", None), "it was changed meanwhile"


def test_observations_are_added_by_id_or_by_filter(api: APIClient, alice: User, sandbox: Sandbox) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    basket = api.post("/api/v1/baskets", {"name": "b"}, format="json").json()["id"]
    address = f"/api/v1/baskets/{basket}/observations"
    by_id = {"search": str(search.pk), "obsid": [rows[0]["obsid"]]}
    assert api.post(address, by_id, format="json").json() == {"added": 1, "already": 0}
    target = [row for row in rows if row["target_name"] == "VV 191"]
    by_filter = {"search": str(search.pk), "filters": "f.target_name=VV 191"}
    assert api.post(address, by_filter, format="json").json()["added"] == len(target) > 0
    assert ProductList.objects.filter(obsid=rows[0]["obsid"]).exists(), "its products are asked for at once"
    assert set(BasketLine.objects.values_list("question", flat=True)) == {search.words}


def test_a_pinned_result_is_added_from(api: APIClient, alice: User, sandbox: Sandbox, basket: Basket) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    body = {"search": str(search.pk), "result": str(search.current_id), "filters": ""}
    answer = api.post(f"/api/v1/baskets/{basket.pk}/observations", body, format="json").json()
    assert answer == {"added": len(rows) - 3, "already": 3}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"obsid": ["1"]}, "search"),
        ({"search": "nonsense", "obsid": ["1"]}, "search"),
        ({"search": "SEARCH"}, "obsid"),
        ({"search": "SEARCH", "obsid": ["1"], "filters": ""}, "obsid"),
        ({"search": "SEARCH", "obsid": ["0000"]}, "obsid"),
        ({"search": "SEARCH", "filters": "f.colour=red"}, "f.colour"),
        ({"search": "SEARCH", "obsid": "not a list"}, "obsid"),
    ],
)
def test_what_cannot_be_added_is_told(
    api: APIClient, alice: User, basket: Basket, body: dict[str, Any], field: str
) -> None:
    search, _ = rows_of(PROGRAMME, alice)
    asked = {k: str(search.pk) if v == "SEARCH" else v for k, v in body.items()}
    answer = api.post(f"/api/v1/baskets/{basket.pk}/observations", asked, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_single_files_of_a_keyword_result(
    api: APIClient, alice: User, sandbox: Sandbox, basket: Basket
) -> None:
    search, rows = rows_of(KEYWORDS, alice)
    address = f"/api/v1/baskets/{basket.pk}/products"
    body = {"search": str(search.pk), "dataURI": [rows[0]["dataURI"]]}
    assert api.post(address, body, format="json").json() == {"added": 1, "already": 0}
    (file,) = api.get(f"{address}?f.single=true").json()["rows"]
    assert (file["dataURI"], file["size"]) == (rows[0]["dataURI"], rows[0]["fileSize"])
    wrong = api.post(
        f"/api/v1/baskets/{basket.pk}/observations", {"search": str(search.pk), "filters": ""}, format="json"
    )
    assert error(wrong)[0] == 400


def test_an_observation_is_taken_out(api: APIClient, basket: Basket) -> None:
    obsid = basket.lines.first().obsid
    assert api.delete(f"/api/v1/baskets/{basket.pk}/observations/{obsid}").status_code == 204
    assert api.delete(f"/api/v1/baskets/{basket.pk}/observations/{obsid}").status_code == 404


def test_products_are_a_table_like_any_other(api: APIClient, basket: Basket) -> None:
    address = f"/api/v1/baskets/{basket.pk}/products"
    found = api.get(f"{address}?f.suffix=i2d&sort=-size&page_size=2&columns=productFilename,size").json()
    assert set(found) == {"total", "matched", "page", "page_size", "columns", "rows"}
    assert len(found["rows"]) == 2
    assert found["rows"][0]["size"] >= found["rows"][1]["size"]
    assert [c["name"] for c in found["columns"]] == ["productFilename", "size"]
    uris = [row["dataURI"] for row in api.get(f"{address}?columns=dataURI&page_size=1000").json()["rows"]]
    assert len(uris) == len(set(uris))


def test_facets_and_export_of_products(api: APIClient, basket: Basket) -> None:
    address = f"/api/v1/baskets/{basket.pk}/products"
    facets = api.get(f"{address}/facets?facets=suffix").json()["facets"]
    total = api.get(address).json()["total"]
    assert sum(value["count"] for value in facets[0]["values"]) <= total
    export = api.get(f"{address}/export?format=csv&f.suffix=i2d&columns=dataURI,size")
    lines = b"".join(export.streaming_content).decode().split()
    assert lines[0] == "dataURI,size"
    assert all("_i2d." in line for line in lines[1:])


def test_a_selection_is_put_and_got(api: APIClient, basket: Basket) -> None:
    address = f"/api/v1/baskets/{basket.pk}/selection"
    uri = api.get(f"/api/v1/baskets/{basket.pk}/products?columns=dataURI&f.extension=jpg").json()["rows"][0][
        "dataURI"
    ]
    wish = {"preset": "recommended", "filters": "f.suffix=i2d", "include": [uri], "exclude": []}
    put = api.put(address, wish, format="json", headers={"If-Match": "*"}).json()
    assert wish.items() <= put.items()
    assert put["files"] > 1
    assert api.get(address).json() == put
    back = api.put(address, put, format="json", headers={"If-Match": "*"})
    assert back.status_code == 200, "what was got can be put"


def test_a_foreign_uri_in_a_selection_is_refused(api: APIClient, basket: Basket) -> None:
    wish = {"preset": "none", "include": ["mast:JWST/product/other.fits"]}
    answer = api.put(f"/api/v1/baskets/{basket.pk}/selection", wish, format="json", headers={"If-Match": "*"})
    assert error(answer) == (400, "bad_question", "include")


def test_the_script_is_a_file_for_bash(api: APIClient, basket: Basket) -> None:
    answer = api.get(f"/api/v1/baskets/{basket.pk}/script")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/x-shellscript")
    assert answer["Content-Disposition"].endswith('.sh"')
    selected = api.get(f"/api/v1/baskets/{basket.pk}").json()["selected"]["files"]
    assert text.count("\nfetch ") == selected
    assert "sandbox-token" not in text
    assert "<dt>Asked for by</dt><dd>alice</dd>" in text


def test_a_script_waits_for_the_product_lists(api: APIClient, basket: Basket) -> None:
    ProductList.objects.update(phase="QUEUED")
    assert error(api.get(f"/api/v1/baskets/{basket.pk}/script"))[:2] == (409, "not_ready")


def test_refresh_asks_for_the_lists_again(api: APIClient, basket: Basket) -> None:
    answer = api.post(f"/api/v1/baskets/{basket.pk}/refresh")
    assert answer.status_code == 202
    assert answer.json()["phase"] in ("EXECUTING", "COMPLETED")
    told = api.get(answer["Location"])
    assert (told.json()["id"], told["ETag"]) == (basket.pk, answer["ETag"])


def test_a_bundle_is_accepted_and_looked_at(api: APIClient, basket: Basket) -> None:
    answer = api.post(
        f"/api/v1/baskets/{basket.pk}/bundles", {"format": "tar", "layout": "flat"}, format="json"
    )
    assert answer.status_code == 202
    told = api.get(answer["Location"]).json()
    assert (told["id"], answer.json()["phase"]) == (answer.json()["id"], "PENDING")
    assert set(told["files"]) >= {"total", "done", "failed", "restricted"}
    assert set(told["bytes"]) == {"total", "done", "from_store", "from_archive"}
    assert error(api.get(f"/api/v1/bundles/{told['id']}/download"))[:2] == (409, "not_ready")


@pytest.mark.parametrize("body", [{"format": "rar"}, {"layout": "deep"}])
def test_other_formats_are_refused(api: APIClient, basket: Basket, body: dict[str, str]) -> None:
    answer = api.post(f"/api/v1/baskets/{basket.pk}/bundles", body, format="json")
    assert error(answer)[2] == next(iter(body))


def test_the_list_of_baskets_asks_a_bounded_number_of_questions(
    api: APIClient, alice: User, basket: Basket, django_assert_max_num_queries: Any
) -> None:
    api.get("/api/v1/baskets")
    for number in range(5):
        Basket.objects.create(name=f"b{number}", owner=alice)
    with django_assert_max_num_queries(30):
        api.get("/api/v1/baskets")
