"""How often one person may ask and how large a request may be, against real Valkey."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mastportal import limits
from tests.ladder_rules import RULES
from tests.people import client_of


def test_what_asks_is_an_address_of_ours() -> None:
    for name, methods in limits.ASKING.items():
        assert methods <= set(RULES[name]), name


def test_a_minutes_worth_may_come_at_once_and_more_must_wait(alice: User) -> None:
    waits = [limits.wait_s("tried", alice.pk, 30) for _ in range(31)]
    assert waits[:30] == [0] * 30
    assert 1 <= waits[30] <= 2  # one each two seconds
    assert limits.wait_s("other", alice.pk, 30) == 0
    assert limits.wait_s("tried", alice.pk + 1, 30) == 0
    assert limits.wait_s("tried", alice.pk, 0) == 0


def test_the_api_says_when_to_go_on(alice: User, bob: User, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    client = client_of(alice)
    assert [client.get("/api/v1/me").status_code for _ in range(2)] == [200, 200]
    refused = client.get("/api/v1/me")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_often"
    assert re.match(
        r"That is more than 2 requests a minute; go on in \d+ s\.", refused.json()["error"]["message"]
    )
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert client_of(bob).get("/api/v1/me").status_code == 200


def test_questions_are_counted_over_pages_and_api_together(
    alice: User, client: Client, settings: Any
) -> None:
    settings.SEARCHES_PER_MINUTE = 1
    assert client_of(alice).get("/api/v1/resolve").status_code == 400
    client.force_login(alice)
    refused = client.post("/search/count", {"target": "m57"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "questions to the archive a minute" in refused.content.decode()
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/subscriptions/new?program=1176", "/subscriptions/file", "/api/v1/subscriptions"]
)
def test_following_asks_the_archive_and_is_counted(
    path: str, alice: User, client: Client, settings: Any
) -> None:
    settings.SEARCHES_PER_MINUTE = 1
    person = client_of(alice) if "api" in path else client
    client.force_login(alice)
    assert person.post(path).status_code in {400, 422}
    assert person.post(path).status_code == 429


@pytest.mark.parametrize(
    "name", ["account-token", "account-token-check", "my-programmes-check", "basket-import"]
)
def test_a_page_that_has_mast_asked_about_a_token_or_a_file_is_counted(
    name: str, alice: User, client: Client, settings: Any
) -> None:
    settings.SEARCHES_PER_MINUTE = 1
    client.force_login(alice)
    assert client.post(reverse(name)).status_code in {302, 400, 422}
    assert client.post(reverse(name)).status_code == 429


@pytest.mark.parametrize(("method", "path"), [("put", "me/mast-token"), ("post", "baskets/import")])
def test_programs_that_have_it_asked_are_counted(method: str, path: str, alice: User, settings: Any) -> None:
    settings.SEARCHES_PER_MINUTE = 1
    asked = getattr(client_of(alice), method)
    assert asked(f"/api/v1/{path}", {}, format="json").status_code == 400
    assert asked(f"/api/v1/{path}", {}, format="json").status_code == 429


@pytest.mark.parametrize("path", ["/baskets/", "/api/v1/baskets"])
def test_a_large_body_is_not_read(path: str, alice: User, client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client.force_login(alice)
    kind = "application/json" if "api" in path else "application/x-www-form-urlencoded"
    refused = client.post(path, "n" * 1001, content_type=kind)
    assert refused.status_code == 413
    assert "larger than" in refused.content.decode()


def test_a_form_with_files_has_its_own_limit(alice: User, client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_MAX_BYTES = 10, 2000
    client.force_login(alice)
    assert client.post("/baskets/", {"name": "of a form with files"}).status_code != 413
    assert client.post("/baskets/", {"name": "n" * 2000}).status_code == 413


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"name": ' * 50_000, '{"name": "\\ud800"}', '{"n\\uDfFf": 1}']
)
def test_json_that_cannot_be_read_is_said(body: str, alice: User) -> None:
    refused = client_of(alice).generic("POST", "/api/v1/baskets", body, "application/json")
    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith("This JSON")


def test_a_whole_pair_of_halves_is_a_character(alice: User) -> None:
    body = '{"name": "\\ud83d\\udd2d"}'
    assert client_of(alice).generic("POST", "/api/v1/baskets", body, "application/json").status_code == 201
