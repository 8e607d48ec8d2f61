"""A basket's page in every state it can be in, and how many questions pages ask. No archive is asked."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from basket import lines
from basket.models import Basket, Bundle
from basket.phases import Phase, Status
from tests.basket.shown import HTMX, text
from tests.basket.states import HOSTILE, bundle_of, file_of, listed, page
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(alice: User) -> Basket:
    """Three observations whose product lists nobody has asked for yet."""
    basket = Basket.objects.create(name="Filled", owner=alice)
    row = {"obs_collection": "JWST", "proposal_id": "1176", "calib_level": 3, "target_name": "VV 191"}
    rows = [row | {"obsid": str(n), "obs_id": f"jw_{n}", "filters": f"F{n}00W"} for n in range(1, 4)]
    lines.add_observations(basket, rows, alice)
    return basket


def test_lists_on_their_way_make_the_page_look_again(web: Client, filled: Basket) -> None:
    found = page(web, filled)
    assert "Product lists: 0 of 3 here" in found
    assert "data-poll" in found


def test_the_pages_own_mark_is_answered_with_nothing(web: Client, filled: Basket) -> None:
    address = page(web, filled).split('hx-get="')[1].split('"')[0]
    answer = web.get(address, headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    listed("1", Phase.ERROR, error="The archive is away.")
    assert "The archive is away." in text(web.get(address, headers=HTMX))


def test_failed_lists_are_told_and_can_be_tried_again(web: Client, filled: Basket) -> None:
    for obsid in ("1", "2", "3"):
        listed(obsid, Phase.ERROR, error="The archive is away.")
    found = page(web, filled)
    assert "The product lists of 3 observations could not be had." in found
    assert "Try again" in found
    assert "data-poll" not in found


def test_who_only_reads_is_not_offered_what_they_may_not(filled: Basket, alice: User) -> None:
    Basket.objects.update(group=alice.memberships.get().group)
    listed("1", Phase.ERROR, error="away")
    reader = Client()
    reader.force_login(make_person("dora", "Demo group", "reader"))
    found = page(reader, filled)
    assert "away" in found
    for address in ("refresh", "remove", "settings", "selection"):
        assert f'action="/baskets/{filled.pk}/{address}"' not in found


@pytest.mark.parametrize(
    ("lists", "badge"),
    [
        ([], "0 of 3"),
        ([Phase.QUEUED] * 3, "0 of 3"),
        ([Phase.ERROR] * 3, "3 failed"),
        ([Phase.ERROR, Phase.EXECUTING], "0 of 3"),
    ],
)
def test_the_list_of_baskets_tells_how_their_lists_are(
    web: Client, filled: Basket, lists: list[str], badge: str
) -> None:
    for obsid, phase in enumerate(lists, start=1):
        listed(str(obsid), phase)
    assert f">{badge}</span>" in text(web.get("/baskets/"))


def test_nothing_hostile_becomes_markup(web: Client, alice: User) -> None:
    basket = Basket.objects.create(name=HOSTILE, owner=alice)
    told = dict.fromkeys(("obs_id", "target_name", "proposal_id", "proposal_pi", "filters"), HOSTILE)
    lines.add_observations(basket, [{"obsid": "1", "calib_level": 3} | told], alice)
    lines.add_files(basket, [{"dataURI": f"mast:{HOSTILE}"}], alice)
    listed("1", Phase.ERROR, error=HOSTILE)
    bundle = bundle_of(alice, Phase.EXECUTING, name=HOSTILE, notes=[HOSTILE])
    file_of(bundle, Status.FAILED, error=HOSTILE, path=HOSTILE, data_uri=HOSTILE)
    for address in ("/baskets/", "/bundles/", f"/baskets/{basket.pk}/", f"/bundles/{bundle.pk}/"):
        assert "<script>alert" not in text(web.get(address)), address


@pytest.mark.parametrize("field", ["action", "preset"])
def test_a_refused_choice_is_no_page(web: Client, filled: Basket, field: str) -> None:
    """It repeats what was sent, so it must not be read as HTML."""
    answer = web.post(f"/baskets/{filled.pk}/selection", {"action": "preset"} | {field: HOSTILE})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")


@pytest.mark.parametrize("body", [{"format": HOSTILE, "layout": "flat"}, {"layout": "flat"}, {}])
def test_a_refused_bundle_is_no_page(web: Client, filled: Basket, body: dict[str, str]) -> None:
    answer = web.post(f"/baskets/{filled.pk}/bundle", body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert not Bundle.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"search": "x"}, {"search": HOSTILE}, {"search": "0" * 32, "basket": "x"}]
)
def test_adding_without_saying_what_is_refused(web: Client, body: dict[str, str]) -> None:
    assert web.post("/baskets/add", body).status_code == 400
    assert not Basket.objects.exists()


def test_adding_from_a_search_that_is_gone_makes_no_basket(web: Client) -> None:
    answer = web.post("/baskets/add", {"search": "0" * 32, "obsid": "1"}, follow=True)
    assert "There is no such search." in text(answer)
    assert not Basket.objects.exists()


def test_a_choice_outlives_the_observation_it_came_from(web: Client, filled: Basket) -> None:
    """A file chosen singly whose observation was taken out must not stand in the way of other choices."""
    lines.touch(filled, selection=filled.selection | {"include": ["mast:gone.fits"]})
    web.post(f"/baskets/{filled.pk}/selection", {"action": "preset", "preset": "everything"})
    filled.refresh_from_db()
    assert (filled.selection["preset"], filled.selection["include"]) == ("everything", ["mast:gone.fits"])


def test_more_baskets_and_files_do_not_ask_more(
    web: Client, alice: User, filled: Basket, django_assert_max_num_queries: Any
) -> None:
    bundle = bundle_of(alice, Phase.EXECUTING)
    for _ in range(40):
        file_of(bundle, Status.WAITING)
    for address, most in ((f"/bundles/{bundle.pk}/", 15), (f"/baskets/{filled.pk}/", 25)):
        web.get(address)
        with django_assert_max_num_queries(most):
            web.get(address)
