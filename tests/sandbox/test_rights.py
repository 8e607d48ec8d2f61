"""Who may read what, at which day: the release day itself, tokens by header and by cookie, odd headers."""

from datetime import date, timedelta
from typing import Any

import pytest

from mastportal.sandbox.archive import Archive
from mastportal.sandbox.holdings import Holdings, load
from mastportal.sandbox.identity import TOKENS, refusal, token_of
from mastportal.sandbox.observation import datetime_of, mjd_of
from mastportal.sandbox.wire import Request
from tests.sandbox.asking import Asking
from tests.sandbox.conftest import TODAY

ALICE, BOB = "sandbox-token-alice", "sandbox-token-bob"


@pytest.fixture(scope="module")
def own() -> Holdings:
    """Holdings of these tests' own, whose day they move."""
    return load(None, today=TODAY, scale=400, file_bytes=4000)


@pytest.fixture(scope="module")
def late(own: Holdings) -> dict[str, Any]:
    """An executed JWST observation released after today, and not in the first moment of a day."""
    rows = own.observations.to_pylist()
    return next(
        row
        for row in rows
        if row["obs_collection"] == "JWST"
        and row["calib_level"] > 0
        and (row["t_obs_release"] or 0) > mjd_of(TODAY)
    )


def request(**headers: str) -> Request:
    return Request("GET", "/api/v0.1/Download/file", headers)


def rights(own: Holdings, row: dict[str, Any], day: date) -> str:
    own.today = day
    row_number = own.observations["obsid"].to_pylist().index(row["obsid"])
    return str(own.observations["dataRights"][row_number].as_py())


def test_the_release_day_opens_row_list_and_file_together(own: Holdings, late: dict[str, Any]) -> None:
    release = datetime_of(late["t_obs_release"]).date()
    for day in (release - timedelta(days=1), release, release + timedelta(days=1)):
        told = rights(own, late, day)
        listed = own.product_rows(late["obsid"])
        assert {product["dataRights"] for product in listed} == {told}
        product = own.product(listed[0]["dataURI"])
        assert product is not None
        assert product.is_exclusive(day) is (told == "EXCLUSIVE_ACCESS")


def test_the_day_before_is_closed_and_the_day_after_open(own: Holdings, late: dict[str, Any]) -> None:
    release = datetime_of(late["t_obs_release"]).date()
    assert rights(own, late, release - timedelta(days=1)) == "EXCLUSIVE_ACCESS"
    assert rights(own, late, release + timedelta(days=1)) == "PUBLIC"


def test_going_back_in_time_closes_again(own: Holdings, late: dict[str, Any]) -> None:
    assert rights(own, late, date(2050, 1, 1)) == "PUBLIC"
    assert rights(own, late, TODAY) == "EXCLUSIVE_ACCESS"


def test_nothing_is_exclusive_in_the_far_future(own: Holdings) -> None:
    own.today = date(2100, 1, 1)
    assert own.exclusive_programs == []
    assert all(token.programs(own) == [] for token in TOKENS)
    own.today = TODAY


def test_planned_rows_keep_the_rights_they_tell(own: Holdings) -> None:
    own.today = TODAY
    planned = [row for row in own.observations.to_pylist() if row["calib_level"] == -1]
    assert planned
    assert {row["dataRights"] for row in planned if row["t_obs_release"] is None} <= {"PUBLIC", None}


def test_the_day_changes_neither_bytes_nor_tags(own: Holdings, late: dict[str, Any]) -> None:
    uri = own.product_rows(late["obsid"])[0]["dataURI"]
    own.today = date(2050, 1, 1)
    after = own.product(str(uri))
    own.today = TODAY
    before = own.product(str(uri))
    assert before is not None
    assert after is not None
    assert (before.etag, before.size_bytes, before.read(0, 5000)) == (
        after.etag,
        after.size_bytes,
        after.read(0, 5000),
    )


def test_every_exclusive_programme_opens_to_exactly_one_of_the_two(own: Holdings) -> None:
    own.today = TODAY
    alice, bob = (set(token.programs(own)) for token in TOKENS[:2])
    assert alice.isdisjoint(bob)
    assert alice | bob == set(own.exclusive_programs)
    assert alice
    assert bob


@pytest.mark.parametrize(
    ("token", "status"),
    [("", 401), ("nonsense", 401), ("sandbox-token-expired", 401), ("sandbox-token-noscope", 403)],
)
def test_who_may_not_read(asking: Asking, exclusive_product: dict[str, Any], token: str, status: int) -> None:
    for method in ("GET", "HEAD"):
        answer = asking.file(exclusive_product["dataURI"], method, token=token)
        assert answer.status_code == status
        assert "etag" not in answer.headers


def test_one_of_the_two_may_read_and_the_other_not(asking: Asking, exclusive_product: dict[str, Any]) -> None:
    uri = exclusive_product["dataURI"]
    assert sorted(asking.file(uri, token=token).status_code for token in (ALICE, BOB)) == [200, 403]


@pytest.mark.parametrize("token", ["", "nonsense", ALICE, "sandbox-token-expired", "sandbox-token-noscope"])
def test_public_files_are_everybodys(asking: Asking, public_product: dict[str, Any], token: str) -> None:
    assert asking.file(public_product["dataURI"], "HEAD", token=token).status_code == 200


@pytest.mark.parametrize(
    ("headers", "owner"),
    [
        ({"authorization": f"token {ALICE}"}, "alice"),
        ({"authorization": f"Token  {ALICE} "}, "alice"),
        ({"authorization": f"BEARER {BOB}"}, "bob"),
        ({"cookie": f"mast_token={BOB}"}, "bob"),
        ({"cookie": f"a=b; mast_token={BOB}; c=d"}, "bob"),
        ({"authorization": f"token {ALICE}", "cookie": f"mast_token={BOB}"}, "alice"),
        ({"authorization": f"Basic {ALICE}"}, None),
        ({"authorization": ALICE}, None),
        ({"authorization": "token"}, None),
        ({"authorization": "token sandbox-token-expired"}, None),
        ({"cookie": f"other={ALICE}"}, None),
        ({"cookie": "\x00;;=mast_token"}, None),
        ({}, None),
    ],
)
def test_whose_token_it_is(headers: dict[str, str], owner: str | None) -> None:
    token = token_of(request(**headers))
    assert (token.owner if token else None) == owner


def test_a_wrong_header_is_not_saved_by_a_good_cookie() -> None:
    assert token_of(request(authorization="token nonsense", cookie=f"mast_token={ALICE}")) is None


def test_an_open_file_is_refused_to_nobody(own: Holdings, late: dict[str, Any]) -> None:
    own.today = date(2050, 1, 1)
    product = own.product(str(own.product_rows(late["obsid"])[0]["dataURI"]))
    assert product is not None
    assert [refusal(token, product, own) for token in (None, *TOKENS)] == [None] * 5
    own.today = TODAY


def test_the_archive_keeps_its_day_in_its_clock(own: Holdings) -> None:
    own.today = date(2031, 5, 6)
    assert Archive(own).now.date() == date(2031, 5, 6)
    own.today = TODAY
