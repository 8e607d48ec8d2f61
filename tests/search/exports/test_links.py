"""Links by which another program fetches a table: what they give, how long, and what is no link."""

import csv
import time
from urllib.parse import urlencode, urlsplit

import pytest
from django.core import signing
from django.test import Client
from rest_framework.test import APIClient

from mastportal.search.exports import links


class EarlierSigner(signing.TimestampSigner):
    """Signs as it would have done eleven minutes ago."""

    def timestamp(self) -> str:
        return signing.b62_encode(int(time.time()) - 11 * 60)


def path_of(api: APIClient, programme: str, query: str) -> str:
    told = api.get(f"{programme}/link?{query}").json()
    return urlsplit(told["url"]).path


def test_anybody_with_the_link_gets_the_rows_chosen(api: APIClient, programme: str) -> None:
    query = "f.calib_level=3&sort=-t_min&columns=obsid,t_min"
    response = Client().get(path_of(api, programme, f"{query}&format=csv"))
    sent = list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))
    rows = api.get(f"{programme}/rows?{query}&page_size=1000").json()["rows"]
    assert [row["obsid"] for row in sent] == [row["obsid"] for row in rows]
    assert len(rows) > 1
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_a_link_without_a_format_is_a_votable(api: APIClient, programme: str) -> None:
    response = Client().get(path_of(api, programme, ""))
    assert response["Content-Type"] == "application/x-votable+xml"
    assert b'<COOSYS ID="icrs"' in b"".join(response.streaming_content)


def test_an_old_link_says_that_it_has_ended(api: APIClient, programme: str) -> None:
    told = links.opened(path_of(api, programme, "").rsplit("/", 1)[1])
    old = EarlierSigner(salt=links.SALT).sign_object([str(told.result), told.query, told.format])
    response = Client().get(f"/api/v1/tables/{old}")
    assert (response.status_code, response.json()["error"]["code"]) == (410, "expired")


@pytest.mark.parametrize("end", ["x", "", "..", "a:b:c", "%00", "\N{GRINNING FACE}", "z" * 3000])
def test_what_was_not_signed_here_is_no_link(api: APIClient, programme: str, end: str) -> None:
    response = Client().get(path_of(api, programme, "") + end if end else "/api/v1/tables/x")
    assert response.status_code == 404
    assert response.json()["error"]["message"]


def test_what_was_signed_for_another_purpose_is_no_link(programme: str) -> None:
    for told in (signing.dumps(["a", "b", "csv"]), signing.dumps("x", salt=links.SALT)):
        assert Client().get(f"/api/v1/tables/{told}").status_code == 404


def test_filters_too_long_for_an_address_are_refused(api: APIClient, programme: str) -> None:
    hostile = "".join(f"{number:x}" for number in range(0, 10**7, 997))
    response = api.get(f"{programme}/link?{urlencode({'like.target_name': hostile})}")
    assert response.status_code == 400
    assert "download the file" in response.json()["error"]["message"]


@pytest.mark.parametrize("query", ["format=exe", "f.nothing=1", "result=nothing"])
def test_a_bad_query_is_refused_before_it_is_signed(api: APIClient, programme: str, query: str) -> None:
    assert api.get(f"{programme}/link?{query}").status_code == 400
