"""What is said before a bundle is asked for: what is here, whose token opens what, room and time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import ResearchGroup
from basket import lines, preflight
from basket.harvest import Harvest
from basket.models import Basket
from basket.preflight import Preflight, preflight_of
from basket.preflight_page import as_json
from basket.programmes import Opens, Programme
from mastportal.files.models import ReadingRight, StoredFile
from mastportal.files.room import Left
from mastportal.search.models import ProductList
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, exclusive_basket, only
from tests.basket.shown import HTMX, text
from tests.basket.states import HOSTILE
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN

pytestmark = pytest.mark.django_db(transaction=True)
PLAIN = Preflight(
    files=10,
    bytes=10_000_000_000,
    here_files=2,
    here_bytes=400_000_000,
    to_fetch_bytes=9_600_000_000,
    unsized=0,
    links=0,
    programmes=(),
    harvest=Harvest(1, 1, 0, (), ""),
    planned=0,
    left=Left(10**12, None, None),
    never_fits="",
    rate=None,
)
NOTHING = {"files": 0, "here_files": 0, "to_fetch_bytes": 0}


def said(**fields: Any) -> str:
    return " | ".join(as_json(replace(PLAIN, **fields))["said"])


def opened(*pairs: tuple[str, Opens]) -> tuple[Programme, ...]:
    return tuple(Programme(name, 7, 70, opens) for name, opens in pairs)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {},
            "2 files (400 MB) already here; 8 files to fetch, 9.6 GB. How long that takes has not been",
        ),
        ({"rate": 24e6}, "about 7 min at the 24 MB/s of late."),
        ({"here_files": 10, "to_fetch_bytes": 0}, "All of it is here already"),
        ({"here_files": 0}, "10 files to fetch"),
        (
            {"programmes": opened(("1073", Opens.YES), ("2736", Opens.NO))},
            "Your token opens programme 1073, not programme 2736: 7 files will be left out.",
        ),
        ({"programmes": opened(("1073", Opens.YES))}, "Your token opens programme 1073: 7 files need it."),
        ({"programmes": opened(("2736", Opens.NO))}, "Your token does not open programme 2736: 7 files"),
        (
            {"programmes": opened(("1", Opens.NO_TOKEN))},
            "You have no valid MAST token: 7 files of programme 1",
        ),
        ({"programmes": opened(("1", Opens.UNKNOWN))}, "could not be asked just now"),
        (
            {"programmes": opened(*((str(n), Opens.NO) for n in range(9)))},
            "programmes 0, 1, 2, 3, 4, 5, 3 more: 63 files will be left out.",
        ),
        ({"harvest": Harvest(3, 1, 1, (("7", "away"),), "")}, "1 product list is still on the way"),
        ({"harvest": Harvest(3, 1, 1, (("7", "away"),), "")}, "1 product list could not be had"),
        ({"planned": 2}, "2 observations are planned"),
        ({"links": 1}, "1 file is kept by other sites"),
        ({"unsized": 3}, "no size of 3 files"),
        ({"left": Left(10**12, 10**11, 10**10)}, "1 TB free on the portal&apos;s disk"),
        ({"left": Left(10**12, 10**11, 10**10)}, "10 GB left of the group's share."),
        ({"left": Left(10**9, None, None)}, "Only 1 GB free on the portal's disk: it may pause"),
        ({"never_fits": "This needs 9 TB."}, "This needs 9 TB."),
        (NOTHING | {"planned": 2}, "2 observations are planned"),
        (NOTHING | {"harvest": Harvest(1, 0, 0, (("7", "away"),), "")}, "1 product list could not be had"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_thing_is_said_in_a_sentence(fields: dict[str, Any], words: str) -> None:
    assert words.replace("&apos;", "'") in said(**fields)


def test_of_what_is_not_there_nothing_is_said_to_be_here() -> None:
    assert said(**NOTHING) == ""
    assert "already" not in said(files=1, here_files=0, links=1, to_fetch_bytes=0)


def test_what_is_here_already_is_counted_in_files_and_bytes(basket: Basket, alice: User) -> None:
    before = preflight_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice)
    assert (before.here_files, before.to_fetch_files, before.to_fetch_bytes) == (
        0,
        before.files,
        before.bytes,
    )
    completed(bundle_of(basket, alice))
    after = preflight_of(basket, alice)
    assert (after.here_files, after.here_bytes) == (before.files, before.bytes)
    assert (after.to_fetch_files, after.to_fetch_bytes) == (0, 0)


def test_whose_token_opens_what_is_asked_once(
    alice: User, bob: User, sandbox: Sandbox, exclusive_programme: str
) -> None:
    basket = exclusive_basket(alice, exclusive_programme)

    def told(user: User) -> list[Opens]:
        return [each.opens for each in preflight_of(basket, user).programmes]

    mark = sandbox.mark()
    assert told(alice) == [Opens.NO_TOKEN]
    assert not [entry for entry in sandbox.log(mark) if entry["uri"]], "nobody is asked for who has no token"
    tokens.store(alice, ALICE_TOKEN)
    tokens.store(bob, BOB_TOKEN)
    mark = sandbox.mark()
    assert told(alice) == [Opens.YES]
    assert told(bob) == [Opens.NO]
    asked = [(entry["method"], entry["who"]) for entry in sandbox.log(mark) if entry["uri"]]
    assert asked == [("HEAD", ""), ("HEAD", "alice"), ("HEAD", ""), ("HEAD", "bob")], "one file a programme"
    assert told(alice) + told(bob) == [Opens.YES, Opens.NO]
    assert len([entry for entry in sandbox.log(mark) if entry["uri"]]) == 4, "and remembered, yes and no"
    assert ReadingRight.objects.count() == 1
    assert not StoredFile.objects.exists()
    tokens.store(bob, ALICE_TOKEN, is_another_person=True)
    assert told(bob) == [Opens.YES], "a new token is asked about anew"


def test_an_archive_that_is_away_is_said_not_met(
    alice: User, sandbox: Sandbox, exclusive_programme: str
) -> None:
    basket = exclusive_basket(alice, exclusive_programme)
    tokens.store(alice, ALICE_TOKEN)
    sandbox.faults({"match": "Download", "fault": "status", "status": 503, "times": 99})
    assert [each.opens for each in preflight_of(basket, alice).programmes] == [Opens.UNKNOWN]


def test_the_rate_is_of_the_newest_files_from_the_archive(db: None) -> None:
    assert preflight.lately().rate is None, "nothing has been measured"
    now = timezone.now()

    def came(n: int, origin: str, size: int, before_s: float, took_s: float) -> None:
        fetched = {"fetched_at": now - timedelta(seconds=before_s), "fetch_s": took_s}
        told = {"phase": "COMPLETED", "key": str(n), "data_uri": f"mast:{n}", "programme": "1"}
        StoredFile.objects.create(origin=origin, size_bytes=size, **told, **fetched)

    came(1, "archive", 999_999, 100, 1)
    assert preflight.lately().rate is None, "a little says nothing"
    came(2, "archive", 20_000_001, 10, 4)
    came(3, "archive", 20_000_000, 10, 4)
    came(4, "mirror", 10**12, 1, 1)
    assert preflight.lately().rate == pytest.approx(41_000_000 / 5), "two at once count as two"


def test_room_is_of_the_group_the_store_and_the_disk(basket: Basket, alice: User, settings: Any) -> None:
    left = preflight_of(basket, alice).left
    assert (left.store_bytes, left.group_bytes) == (None, None)
    assert left.disk_bytes > 0
    ResearchGroup.objects.update(quota_bytes=5)
    settings.STORE_QUOTA_BYTES = 100
    found = preflight_of(basket, alice)
    assert (found.left.store_bytes, found.left.group_bytes, found.left.bytes) == (100, 5, 5)
    assert "may keep" in found.never_fits
    assert not found.fits


def test_the_rest_door_says_the_same(api: APIClient, basket: Basket) -> None:
    answer = api.get(f"/api/v1/baskets/{basket.pk}/preflight")
    told = answer.json()
    assert (answer.status_code, told["lists"]["waiting"]) == (200, 0)
    assert told["to_fetch"] == {"files": told["files"], "bytes": told["bytes"]}
    assert told["said"]
    ProductList.objects.update(phase="QUEUED")
    waiting = api.get(f"/api/v1/baskets/{basket.pk}/preflight")
    assert (waiting.status_code, waiting["Retry-After"], waiting.json()["lists"]["waiting"]) == (202, "1", 3)
    assert waiting["Location"] == f"/api/v1/baskets/{basket.pk}/preflight"


def test_the_page_asks_for_it_and_shows_it(
    web: Client, basket: Basket, django_assert_max_num_queries: Any
) -> None:
    address = f"/baskets/{basket.pk}/preflight"
    assert f'hx-get="{address}"' in text(web.get(f"/baskets/{basket.pk}/"))
    web.get(address)
    with django_assert_max_num_queries(25):
        found = text(web.get(address, headers=HTMX))
    assert "to fetch" in found
    assert "<html" not in found
    assert found in text(web.get(address)), "without script it is a page"


def test_an_empty_basket_says_so(web: Client, alice: User) -> None:
    basket = Basket.objects.create(name="Empty", owner=alice)
    assert "Nothing is selected" in text(web.get(f"/baskets/{basket.pk}/preflight"))
    assert "preflight" not in text(web.get(f"/baskets/{basket.pk}/"))


def test_hostile_files_and_programmes_are_text(web: Client, alice: User) -> None:
    basket = Basket.objects.create(name=HOSTILE, owner=alice)
    names = [HOSTILE, "../../etc/passwd", "x" * 100_000, "a\u202eb", "  "]
    rows = [
        {"dataURI": f"mast:{n}/{name}", "program": name, "publicReleaseDate_mjd": 99999.0}
        for n, name in enumerate(names)
    ]
    rows += [{"dataURI": "https://[broken/x.fits"}, {"dataURI": "javascript:alert(1)"}]
    lines.add_files(basket, rows, alice)
    Basket.objects.update(selection={"preset": "everything", "filters": "", "include": [], "exclude": []})
    found = text(web.get(f"/baskets/{basket.pk}/preflight"))
    assert "You have no valid MAST token: 5 files" in found
    assert "<script>alert" not in found
    assert settings.ARCHIVE_IS_SANDBOX
