"""Alice owns, Bob edits, Dora reads, Charlie is outside, nobody is nobody: over every address here."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.urls import reverse

from accounts.models import ResearchGroup
from basket.api import urlpatterns as api_urls
from basket.models import Basket, Bundle
from basket.phases import Phase
from basket.urls import urlpatterns as page_urls
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

READ, WRITE, OWN, EVERYBODY = "read", "write", "own", "everybody"
# name of the address -> [(method, who may, body)]
RULES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "api-baskets": [("get", EVERYBODY, {}), ("post", EVERYBODY, {"name": "x"})],
    "api-basket": [("get", READ, {}), ("patch", WRITE, {"name": "y"}), ("delete", WRITE, {})],
    "api-selection": [("get", READ, {}), ("put", WRITE, {"preset": "none"})],
    "api-basket-refresh": [("post", WRITE, {})],
    "api-lines": [("post", WRITE, {"search": str(uuid4()), "obsid": []})],
    "api-basket-imports": [("post", EVERYBODY, {})],
    "api-basket-import": [("get", READ, {})],
    "api-basket-export": [("get", READ, {})],
    "api-basket-rows": [("get", READ, {})],
    "api-basket-notes": [("put", WRITE, {"obsid": "1", "note": "x"})],
    "api-basket-activity": [("get", READ, {})],
    "api-basket-lock": [("post", WRITE, {}), ("delete", WRITE, {})],
    "api-basket-copy": [("post", READ, {"name": "x"})],
    "api-basket-merge": [("post", WRITE, {})],
    "api-line": [("delete", WRITE, {})],
    "api-products": [
        ("get", READ, {}),
        ("post", WRITE, {"search": str(uuid4()), "dataURI": []}),
        ("delete", WRITE, {}),
    ],
    "api-product-facets": [("get", READ, {})],
    "api-product-export": [("get", READ, {})],
    "api-script": [("get", READ, {})],
    "api-basket-bundles": [("post", READ, {})],
    "api-bundles": [("get", EVERYBODY, {})],
    "api-bundle": [("get", READ, {}), ("delete", WRITE, {})],
    "api-bundle-again": [("post", READ, {})],
    "api-preflight": [("get", READ, {})],
    "api-bundle-retry": [("post", WRITE, {})],
    "api-changes": [("get", READ, {})],
    "api-pipeline": [("get", READ, {})],
    "api-manifest": [("get", READ, {})],
    "api-checksums": [("get", READ, {})],
    "api-download": [("get", READ, {})],
    "api-direct": [("get", EVERYBODY, {})],
    "api-basket-download": [("get", READ, {})],
    "api-list": [("get", READ, {})],
    "api-staging": [("get", READ, {}), ("post", READ, {}), ("delete", READ, {})],
    "baskets": [("get", EVERYBODY, {}), ("post", EVERYBODY, {"name": "x", "group": ""})],
    "basket-add": [("post", WRITE, {"search": str(uuid4()), "obsid": "1"})],
    "basket": [("get", READ, {})],
    "basket-state": [("get", READ, {})],
    "basket-import": [("post", EVERYBODY, {})],
    "basket-import-again": [("post", WRITE, {})],
    "basket-exactly": [("post", WRITE, {})],
    "basket-export": [("get", READ, {})],
    "basket-rows": [("get", READ, {})],
    "basket-note": [("post", WRITE, {"obsid": "1", "note": "x"})],
    "basket-activity": [("get", READ, {})],
    "basket-manage": [("get", READ, {})],
    "basket-lock": [("post", WRITE, {})],
    "basket-unlock": [("post", WRITE, {})],
    "basket-copy": [("post", READ, {"name": "x"})],
    "basket-merge": [("post", WRITE, {})],
    "basket-settings": [("post", WRITE, {"name": "z"})],
    "basket-remove": [("post", WRITE, {})],
    "basket-refresh": [("post", WRITE, {})],
    "basket-line-remove": [("post", WRITE, {})],
    "basket-file-remove": [("post", WRITE, {"dataURI": "mast:x"})],
    "basket-selection": [("post", WRITE, {"action": "preset", "preset": "none"})],
    "basket-bundle": [("post", READ, {"format": "zip", "layout": "nested"})],
    "basket-script": [("get", READ, {})],
    "basket-download": [("get", READ, {})],
    "basket-list": [("get", READ, {})],
    "basket-preflight": [("get", READ, {})],
    "basket-pipeline": [("get", READ, {})],
    "bundles": [("get", EVERYBODY, {})],
    "bundle": [("get", READ, {})],
    "bundle-state": [("get", READ, {})],
    "bundle-again": [("post", READ, {})],
    "bundle-files": [("get", READ, {})],
    "bundle-retry": [("post", WRITE, {})],
    "bundle-changes": [("get", READ, {})],
    "bundle-download": [("get", READ, {})],
    "bundle-script": [("get", READ, {})],
    "bundle-list": [("get", READ, {"format": "urls"})],
    "bundle-remove": [("post", WRITE, {})],
    "bundle-staging": [("get", READ, {})],
    "bundle-stage": [("post", READ, {})],
    "bundle-unstage": [("post", READ, {})],
    "observation-download": [("get", EVERYBODY, {})],
    "observation-bundle": [("post", EVERYBODY, {"search": str(uuid4())})],
}
NAME_A_ROW = ("api-line", "api-basket-import", "api-products", "observation-bundle", "observation-download")
CASES = [(name, *rule) for name, rules in RULES.items() for rule in rules]
MAY = {
    "alice": {READ, WRITE, OWN, EVERYBODY},
    "bob": {READ, WRITE, EVERYBODY},
    "dora": {READ, EVERYBODY},
    "charlie": {EVERYBODY},
    "nobody": set(),
}


@pytest.fixture
def cast(alice: User, bob: User, charlie: User) -> dict[str, User | AnonymousUser]:
    dora = make_person("dora", "Demo group", "reader")
    return {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora, "nobody": AnonymousUser()}


@pytest.fixture
def shared_basket(alice: User) -> Basket:
    group = ResearchGroup.objects.get(name="Demo group")
    return Basket.objects.create(name="Shared", owner=alice, group=group)


@pytest.fixture
def shared_bundle(shared_basket: Basket) -> Bundle:
    """A frozen bundle without files that broke off."""
    return Bundle.objects.create(
        name="Shared",
        owner=shared_basket.owner,
        group=shared_basket.group,
        basket=shared_basket,
        folder="MAST_x",
        phase=Phase.ERROR,
        wanted={"contents": {"lines": [], "singles": []}, "selection": {}, "observation": None},
    )


@pytest.fixture
def address(shared_basket: Basket, shared_bundle: Bundle) -> Callable[[str], str]:
    known = {"basket_id": shared_basket.pk, "bundle_id": shared_bundle.pk, "obsid": "1"}
    patterns = {pattern.name: pattern.pattern for pattern in [*api_urls, *page_urls]}

    def of(name: str) -> str:
        wanted = patterns[name].converters  # type: ignore[union-attr]
        return reverse(name, kwargs={key: known[key] for key in wanted})

    return of


def answer(person: User | AnonymousUser, method: str, url: str, body: dict[str, Any]) -> int:
    client = Client()
    if person.is_authenticated:
        client.force_login(person)  # type: ignore[arg-type]
    headers = {"If-Match": "*"} if method in ("put", "patch") else {}
    if method == "get":
        return client.get(url).status_code
    content_type = "application/json" if url.startswith("/api/") else None
    how: dict[str, Any] = {"content_type": content_type} if content_type else {}
    return getattr(client, method)(url, body, headers=headers, **how).status_code


def test_every_address_has_a_rule() -> None:
    assert {pattern.name for pattern in [*api_urls, *page_urls]} == set(RULES)


@pytest.mark.parametrize(("name", "method", "rule", "body"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
@pytest.mark.parametrize("who", MAY)
def test_who_may(
    who: str,
    name: str,
    method: str,
    rule: str,
    body: dict[str, Any],
    cast: dict[str, Any],
    address: Callable[[str], str],
    shared_basket: Basket,
) -> None:
    if name == "basket-add":
        body = body | {"basket": shared_basket.pk}
    status = answer(cast[who], method, address(name), body)
    if who == "nobody":
        assert status == 401 if name.startswith("api-") else status == 302
    elif rule in MAY[who]:
        assert status not in (401, 403, 500), status
        assert status != 404 or name in NAME_A_ROW, "the row is not, the basket is"
    else:
        assert status == (403 if READ in MAY[who] and rule == WRITE else 404)


def test_a_group_of_others_cannot_be_shared_with(charlie: User, alice: User) -> None:
    client = signed_in(charlie)
    group = ResearchGroup.objects.get(name="Demo group")
    body = {"name": "Sneaky", "group": group.pk}
    assert client.post("/api/v1/baskets", body, content_type="application/json").status_code == 403


def test_only_the_owner_decides_with_whom_a_basket_is_shared(bob: User, shared_basket: Basket) -> None:
    client = signed_in(bob)
    how = {"content_type": "application/json", "headers": {"If-Match": "*"}}
    url = reverse("api-basket", args=[shared_basket.pk])
    assert client.patch(url, {"group": None}, **how).status_code == 403
    assert client.patch(url, {"name": "Bob's name for it"}, **how).status_code == 200
