"""The tree of a basket's observations, amounts in words, and which baskets are offered to whom."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from basket.amounts import size_in_words, wait_in_words
from basket.contents import Contents
from basket.context import choices, writable_baskets
from basket.forms import BasketForm, BundleForm
from basket.harvest import Harvest
from basket.models import Basket
from basket.rights import Rights
from basket.sums import State, Sums
from basket.tree import SHOWN_LINES, Branch, tree_of
from tests.basket.tables import TODAY_MJD
from tests.people import make_person


def tree(*rows: dict[str, Any], failed: tuple[tuple[str, str], ...] = ()) -> list[Branch]:
    usual = {"obs_collection": "JWST", "proposal_id": "1176", "target_name": "VV 191"}
    lines = tuple(usual | {"obsid": str(n)} | row for n, row in enumerate(rows))
    harvest = Harvest(len(rows), 0, 0, failed, "")
    state = State(Basket(name="b"), Contents(lines), harvest, Sums(0, 0, 0, 0, 0, 0))
    return tree_of(state, Rights({}, TODAY_MJD), {"0": "A note."})


def test_one_programme_number_of_two_missions_is_two_branches() -> None:
    found = tree({"obs_collection": "HST"}, {"obs_collection": "JWST"}, {"obs_collection": "HST"})
    assert [(b.mission, b.programme, b.count) for b in found] == [("HST", "1176", 2), ("JWST", "1176", 1)]


def test_targets_are_grouped_as_the_programme_spells_them() -> None:
    (branch,) = tree({"target_name": "VV191"}, {}, {"target_name": None}, {})
    assert [(t.target, len(t.leaves)) for t in branch.twigs] == [
        ("VV 191", 2),
        ("VV191", 1),
        ("no target", 1),
    ]


def test_the_order_of_adding_does_not_matter() -> None:
    rows = [{"obsid": str(n), "proposal_id": str(n % 3), "filters": f"F{n}"} for n in range(9)]
    assert tree(*rows) == tree(*reversed(rows))


def test_the_first_known_pi_names_the_branch() -> None:
    assert tree({"proposal_pi": None}, {"proposal_pi": "Doe, Jane"})[0].principal_investigator == "Doe, Jane"
    assert tree({})[0].principal_investigator == ""


def test_a_leaf_says_what_tells_it_apart_and_why_it_failed() -> None:
    (branch,) = tree({"filters": "F200W", "instrument_name": "NIRCAM"}, failed=(("0", "It is away."),))
    (leaf,) = branch.twigs[0].leaves
    assert (leaf.words, leaf.failure) == ("F200W NIRCAM", "It is away.")
    (other,) = tree({"obs_id": "jw_x"})[0].twigs[0].leaves
    assert other.words == "jw_x"


@pytest.mark.parametrize(
    ("level", "rights", "planned", "opens"),
    [
        (-1, "EXCLUSIVE_ACCESS", True, ""),
        (-1, "PUBLIC", True, ""),
        (3, "EXCLUSIVE_ACCESS", False, "unknown"),
        (3, "PUBLIC", False, ""),
        (0, None, False, ""),
    ],
)
def test_planned_goes_before_exclusive(level: int, rights: str, planned: bool, opens: str) -> None:
    (leaf,) = tree({"calib_level": level, "dataRights": rights})[0].twigs[0].leaves
    assert (leaf.is_planned, leaf.opens, leaf.note) == (planned, opens, "A note.")


def test_a_huge_basket_shows_its_first_lines() -> None:
    assert sum(branch.count for branch in tree(*[{}] * (SHOWN_LINES + 5))) == SHOWN_LINES


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"),
        (0.4, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (12000, "3 h 20 min"),
    ],
)
def test_waits_are_as_fine_as_such_a_guess_can_be(seconds: float, words: str) -> None:
    assert wait_in_words(seconds) == words


def test_an_unknown_size_is_a_dash_and_nothing_is_zero() -> None:
    assert size_in_words(None) == "—"
    assert size_in_words(0).startswith("0")


@pytest.mark.django_db
def test_baskets_are_offered_to_those_who_may_write(alice: User, bob: User, charlie: User) -> None:
    dora = make_person("dora", "Demo group", "reader")
    group = alice.memberships.get().group
    shared = Basket.objects.create(name="shared", owner=alice, group=group)
    Basket.objects.create(name="private", owner=alice)
    assert [b.name for b in writable_baskets(alice)] == ["private", "shared"]
    assert writable_baskets(bob) == [shared]
    assert writable_baskets(dora) == writable_baskets(charlie) == []


@pytest.mark.django_db
def test_pages_that_offer_no_basket_do_not_look_for_any(alice: User, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/")
    request.user = alice
    with django_assert_num_queries(0):
        assert set(choices(request)) == {"basket_choices"}
    request.user = AnonymousUser()
    assert choices(request) == {}


@pytest.mark.django_db
def test_a_basket_is_shared_only_with_a_group_one_may_write_in(alice: User, charlie: User) -> None:
    group = str(alice.memberships.get().group_id)
    assert BasketForm(alice, {"name": "n", "group": group}).is_valid()
    assert "group" in BasketForm(charlie, {"name": "n", "group": group}).errors
    dora = make_person("dora", "Demo group", "reader")
    assert "group" in BasketForm(dora, {"name": "n", "group": group}).errors


@pytest.mark.parametrize("told", [{}, {"format": "zip"}, {"format": "ZIP", "layout": "flat"}])
def test_a_bundle_form_takes_what_it_offers(told: dict[str, str]) -> None:
    assert not BundleForm(told).is_valid()
    assert BundleForm({"format": "tar", "layout": "flat"}).is_valid()
