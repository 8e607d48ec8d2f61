"""What an administrator sees of searches: the questions and their state, and nothing to change by hand."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mastportal.search import lookups, products, results
from mastportal.search.models import ListedUri, Lookup, ProductList, ResultSet, Search
from tests.search.make import PROGRAMME

MODELS = ["search", "resultset", "lookup", "productlist", "listeduri"]


@pytest.fixture
def admin(alice: User) -> Client:
    """The pages of an administrator, with one row of each kind."""
    results.ask(PROGRAMME, alice)
    lookups.want_count(PROGRAMME)
    products.want(["1"])
    ListedUri.objects.create(key="00000000-0000-0000-0000-000000000001", uri="mast:JWST/product/a.fits")
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_lists_are_shown(admin: Client, model: str) -> None:
    assert admin.get(reverse(f"admin:search_{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", [Search, ResultSet, Lookup, ProductList, ListedUri])
def test_rows_are_shown_and_not_changed(admin: Client, model: type) -> None:
    address = reverse(f"admin:search_{model.__name__.lower()}_change", args=[model.objects.get().pk])
    page = admin.get(address)
    assert page.status_code == 200
    assert b"lease_token" not in page.content
    assert admin.post(address, {}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_added_by_hand(admin: Client, model: str) -> None:
    assert admin.get(reverse(f"admin:search_{model}_add")).status_code == 403
