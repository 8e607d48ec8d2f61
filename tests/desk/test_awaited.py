"""What has had its day is asked for without a token; who waits is told once everybody gets it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from accounts import archive, tokens
from accounts.models import ResearchGroup
from basket import lines
from basket.models import Basket, BasketLine, Bundle, BundleFile
from basket.phases import Status
from mastportal.desk import awaited, tasks
from mastportal.files import unlocking
from mastportal.files.models import Access, StoredFile
from mastportal.outbox.models import Notice
from mastportal.search import products, results
from mastportal.search.models import ProductList
from mastportal.tables.dates import datetime_of_mjd
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.search.make import answered

pytestmark = pytest.mark.django_db
TODAY = "2026-08-22"


@pytest.fixture
def line(alice: User, bob: User, sandbox: Sandbox) -> Iterator[BasketLine]:
    """An exclusive observation in the group's basket; the archive's clock is put back afterwards."""
    programmes = next(each["programs"] for each in sandbox.tokens() if each["owner"] == "alice")
    criteria = {"obs_collection": ["JWST"], "proposal_id": programmes, "dataRights": ["EXCLUSIVE_ACCESS"]}
    search = answered({"collection": "observations", "criteria": criteria}, alice)
    assert search.current is not None
    rows = [row for row in results.open_table(search.current.pk).table.to_pylist() if row["calib_level"] > 0]
    group = ResearchGroup.objects.get(name="Demo group")
    basket = Basket.objects.create(name="The group's", owner=alice, group=group)
    lines.add_observations(basket, [min(rows, key=lambda row: row["t_obs_release"])], alice)
    for list_id in products.want(lines.contents_of(basket).executed):
        products.harvest(list_id)
    yield basket.lines.get()
    on(sandbox, TODAY)


def on(sandbox: Sandbox, day: str) -> None:
    """The archive's day, and the portal has heard of it."""
    sandbox.today(day)
    cache.delete(archive.HEARD)
    archive.listen()


def its_day(line: BasketLine, days: int = 0) -> str:
    moment = datetime_of_mjd(line.row["t_obs_release"])
    assert moment is not None
    return str((moment + timedelta(days=days)).date())


def told(person: User) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(person=person).values_list("kind", "title"))


def test_who_waits_is_told_once_it_is_public(
    line: BasketLine, alice: User, bob: User, charlie: User, sandbox: Sandbox
) -> None:
    tasks.tell_released()
    assert told(alice) == []
    on(sandbox, its_day(line, 1))
    mark = sandbox.mark()
    for _ in range(3):
        tasks.tell_released()
    cache.clear()  # and what was kept there of it is only to spare the archive
    on(sandbox, its_day(line, 1))
    tasks.tell_released()
    number = line.row["proposal_id"].lstrip("0")
    assert told(alice) == told(bob) == [("public", f"JWST {number}: 1 observation is public")]
    assert told(charlie) == []
    assert {entry["who"] for entry in sandbox.log(mark)} == {""}


def test_each_hears_of_their_own_observations_only(
    line: BasketLine, alice: User, bob: User, charlie: User, sandbox: Sandbox
) -> None:
    another = line.row | {"obsid": "77", "obs_id": "jw-of-charlie"}
    theirs = Basket.objects.create(name="Charlie's", owner=charlie)
    BasketLine.objects.create(basket=theirs, obsid="77", row=another, added_by=charlie)
    on(sandbox, its_day(line, 1))
    tasks.tell_released()
    number = line.row["proposal_id"].lstrip("0")
    title = f"JWST {number}: 1 observation is public"
    assert told(alice) == told(bob) == told(charlie) == [("public", title)]
    texts = {notice.person_id: notice.text for notice in Notice.objects.all()}
    assert "jw-of-charlie" in texts[charlie.pk]
    assert "jw-of-charlie" not in texts[alice.pk]


def test_an_extended_period_is_not_told_as_over(line: BasketLine, alice: User, sandbox: Sandbox) -> None:
    """The row's date has passed, and the archive still gives it to nobody in particular."""
    row = line.row | {"t_obs_release": archive.today_mjd() - 1}
    BasketLine.objects.update(row=row)
    assert len(awaited.awaited()) == 1
    mark = sandbox.mark()
    for _ in range(3):
        tasks.tell_released()
    assert told(alice) == []
    assert len([entry for entry in sandbox.log(mark) if entry["uri"]]) == 1, "asked seldom"


@pytest.mark.long
def test_what_was_public_when_it_was_added_is_not_awaited(line: BasketLine, sandbox: Sandbox) -> None:
    on(sandbox, its_day(line, 3))
    BasketLine.objects.update(row=line.row | {"dataRights": "PUBLIC"})
    assert awaited.awaited() == []


@pytest.mark.long
def test_what_was_left_out_of_a_bundle_is_awaited(line: BasketLine, alice: User, sandbox: Sandbox) -> None:
    uri = next(
        row["dataURI"] for row in products.table_of([line.obsid]).to_pylist() if row["dataRights"] != "PUBLIC"
    )
    bundle = Bundle.objects.create(owner=alice, name="Mine", folder="MAST_1", phase="COMPLETED")
    BundleFile.objects.create(
        bundle=bundle,
        n=1,
        data_uri=uri,
        path="a.fits",
        programme=line.row["proposal_id"],
        release_mjd=line.row["t_obs_release"],
        access=Access.RESTRICTED,
        status=Status.RESTRICTED,
    )
    BasketLine.objects.all().delete()
    on(sandbox, its_day(line, 1))
    tasks.tell_released()
    assert [title.endswith(": files are public") for _, title in told(alice)] == [True]


@pytest.mark.long
def test_without_a_product_list_that_is_asked_for_first(
    line: BasketLine, alice: User, sandbox: Sandbox
) -> None:
    ProductList.objects.all().delete()
    on(sandbox, its_day(line, 1))
    tasks.tell_released()
    assert told(alice) == []
    (wanted,) = ProductList.objects.filter(phase="QUEUED")
    products.harvest(wanted.pk)
    tasks.tell_released()
    assert len(told(alice)) == 1


def test_an_archive_that_is_down_is_asked_next_time(line: BasketLine, alice: User, sandbox: Sandbox) -> None:
    on(sandbox, its_day(line, 1))
    sandbox.faults({"match": "Download", "fault": "status", "status": 503, "times": 99})
    tasks.tell_released()
    sandbox.clear()
    tasks.tell_released()
    assert len(told(alice)) == 1


def test_hostile_rows_wait_for_nothing(line: BasketLine, sandbox: Sandbox) -> None:
    hostile = line.row | {"proposal_id": "<b>../", "t_obs_release": archive.today_mjd() - 1}
    BasketLine.objects.update(row=hostile)
    assert awaited.awaited() == []


def test_stored_files_are_unlocked_from_their_day_on(line: BasketLine, alice: User, sandbox: Sandbox) -> None:
    tokens.store(alice, ALICE_TOKEN)
    row = next(row for row in products.table_of([line.obsid]).to_pylist() if row["dataRights"] != "PUBLIC")
    file = StoredFile.objects.create(
        data_uri=row["dataURI"],
        key="a",
        phase="COMPLETED",
        programme=line.row["proposal_id"],
        release_mjd=line.row["t_obs_release"],
    )
    assert unlocking.unlock() == 0
    on(sandbox, its_day(line, 1))
    sandbox.faults({"match": "Download", "fault": "status", "status": 503, "times": 99})
    assert unlocking.unlock() == 0
    sandbox.clear()
    mark = sandbox.mark()
    assert unlocking.unlock() == 1
    file.refresh_from_db()
    assert file.access == Access.PUBLIC
    assert {entry["who"] for entry in sandbox.log(mark)} == {""}, "no token was needed"
    assert unlocking.unlock() == 0
