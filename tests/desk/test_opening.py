"""Which of my programmes my token opens: real checks, of one file each, with my own token and no other."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from accounts import tokens
from accounts.models import ArchiveToken, ResearchGroup
from basket import lines
from basket.models import Basket
from mastportal.desk import mine, opening
from mastportal.desk.opening import Standing
from mastportal.files import right_checks
from mastportal.files.models import ReadingRight, RightCheck
from mastportal.search import products, results
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN
from tests.people import client_of, signed_in
from tests.search.make import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def basket(alice: User, sandbox: Sandbox) -> Basket:
    """The group's basket with exclusive observations of a programme of Alice's and of one of Bob's."""
    group = ResearchGroup.objects.get(name="Demo group")
    basket = Basket.objects.create(name="The group's", owner=alice, group=group)
    for owner in ("alice", "bob"):
        programmes = next(each["programs"] for each in sandbox.tokens() if each["owner"] == owner)
        criteria = {"obs_collection": ["JWST"], "proposal_id": programmes, "dataRights": ["EXCLUSIVE_ACCESS"]}
        search = answered({"collection": "observations", "criteria": criteria}, alice)
        assert search.current is not None
        rows = results.open_table(search.current.pk).table.to_pylist()
        lines.add_observations(basket, [row for row in rows if row["calib_level"] != -1][:1], alice)
    for list_id in products.want(lines.contents_of(basket).executed):
        products.harvest(list_id)
    return basket


@pytest.fixture
def with_tokens(alice: User, bob: User, sandbox: Sandbox) -> Iterator[None]:
    tokens.store(alice, ALICE_TOKEN)
    tokens.store(bob, BOB_TOKEN)
    yield
    sandbox.withdraw(ALICE_TOKEN)


def standings(user: User) -> list[Standing]:
    return opening.standings_of(user, list(mine.found_for(user).coming.values()))


def opens(user: User) -> list[str]:
    return sorted(each.opens for each in standings(user))


def test_each_opens_what_is_theirs(basket: Basket, alice: User, bob: User, with_tokens: None) -> None:
    assert opens(alice) == ["unknown", "unknown"]
    for person in (alice, bob):
        opening.check(person, standings(person))
        assert opens(person) == ["no", "yes"]
    (of_alice,) = [each.programme for each in standings(alice) if each.opens == "yes"]
    (of_bob,) = [each.programme for each in standings(bob) if each.opens == "yes"]
    assert of_alice != of_bob


def test_a_check_asks_with_ones_own_token_only(
    basket: Basket, alice: User, bob: User, with_tokens: None, sandbox: Sandbox
) -> None:
    mark = sandbox.mark()
    web = signed_in(bob)
    assert "not asked yet" in web.get("/account/programmes/").text
    assert not [entry for entry in sandbox.log(mark) if entry["uri"]], "looking asks nothing"
    page = web.post("/account/programmes/check", follow=True).text
    assert "does not open it" in page
    assert {entry["who"] for entry in sandbox.log(mark)} == {"", "bob"}
    assert len([entry for entry in sandbox.log(mark) if entry["uri"]]) == 4, "a file a programme"
    assert opens(alice) == ["unknown", "unknown"]


def test_what_was_said_goes_with_the_token(basket: Basket, alice: User, with_tokens: None) -> None:
    opening.check(alice, standings(alice))
    assert RightCheck.objects.count() == 2
    tokens.store(alice, ALICE_TOKEN)
    assert (RightCheck.objects.count(), ReadingRight.objects.count()) == (0, 0)
    opening.check(alice, standings(alice))
    tokens.forget(alice)
    assert (RightCheck.objects.count(), ReadingRight.objects.count()) == (0, 0)
    assert opens(alice) == ["unknown", "unknown"]


@pytest.mark.long
def test_a_withdrawn_right_is_seen_at_the_next_check(
    basket: Basket, alice: User, with_tokens: None, sandbox: Sandbox
) -> None:
    opening.check(alice, standings(alice))
    (mine_,) = [each for each in standings(alice) if each.opens == "yes"]
    sandbox.withdraw(ALICE_TOKEN, mine_.programme.id)
    ReadingRight.objects.all().delete()  # its hour is over
    opening.check(alice, standings(alice))
    assert opens(alice) == ["no", "no"]


def test_a_programme_whose_files_are_not_listed_is_listed_first(
    basket: Basket, alice: User, with_tokens: None
) -> None:
    products.ProductList.objects.all().delete()
    assert len(opening.lacking(standings(alice))) == 2
    web = signed_in(alice)
    assert "2 programmes are being listed first" in web.post("/account/programmes/check", follow=True).text
    assert products.ProductList.objects.filter(phase="QUEUED").count() == 2


@pytest.mark.long
def test_an_archive_that_is_down_is_said(
    basket: Basket, alice: User, with_tokens: None, sandbox: Sandbox
) -> None:
    sandbox.faults({"match": "Download", "fault": "status", "status": 503, "times": 99})
    assert client_of(alice).post("/api/v1/me/programmes").status_code == 503
    web = signed_in(alice)
    assert 'class="notice error"' in web.post("/account/programmes/check", follow=True).text


def test_the_rest_door(basket: Basket, alice: User, bob: User, with_tokens: None) -> None:
    api = client_of(alice)
    assert [each["opens"] for each in api.get("/api/v1/me/programmes").json()["results"]] == ["unknown"] * 2
    told = api.post("/api/v1/me/programmes").json()["results"]
    assert sorted(each["opens"] for each in told) == ["no", "yes"]
    assert all(each["checked_at"] for each in told)
    assert [each["opens"] for each in client_of(bob).get("/api/v1/me/programmes").json()["results"]] == [
        "unknown"
    ] * 2


def test_the_group_is_told_what_its_members_allow(
    basket: Basket, alice: User, bob: User, charlie: User, with_tokens: None
) -> None:
    opening.check(alice, standings(alice))
    scopes = set(RightCheck.objects.values_list("scope", flat=True))
    assert basket.group_id is not None
    assert right_checks.in_group(bob, basket.group_id, scopes) == {}
    web = signed_in(alice)
    web.post("/account/token/groups/", {"tells": "1"})
    told = right_checks.in_group(bob, basket.group_id, scopes)
    assert sorted((said.username, said.opens) for those in told.values() for said in those) == [
        ("alice", False),
        ("alice", True),
    ]
    assert right_checks.in_group(charlie, basket.group_id, scopes) == {}, "names are for members"
    assert right_checks.in_group(alice, basket.group_id, scopes) == {}, "and not for oneself"
    ArchiveToken.objects.filter(user=alice).update(state="refused")
    assert right_checks.in_group(bob, basket.group_id, scopes) == {}
    ArchiveToken.objects.filter(user=alice).update(state="valid")
    web.post("/account/token/groups/")
    assert right_checks.in_group(bob, basket.group_id, scopes) == {}
