"""Pages in every state they can be in, and how many questions they ask the database. No archive is asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from basket import lines
from basket.models import Basket, Bundle, BundleFile
from basket.pages import BundleView
from basket.phases import Phase, Status
from basket.progress import progress_of
from mastportal.search.models import ProductList
from tests.basket.test_pages import HTMX, text
from tests.people import make_person

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def filled(alice: User) -> Basket:
    """Three observations whose product lists nobody has asked for yet."""
    basket = Basket.objects.create(name="Filled", owner=alice)
    row = {"obs_collection": "JWST", "proposal_id": "1176", "calib_level": 3, "target_name": "VV 191"}
    rows = [row | {"obsid": str(n), "obs_id": f"jw_{n}", "filters": f"F{n}00W"} for n in range(1, 4)]
    lines.add_observations(basket, rows, alice)
    return basket


def bundle_of(owner: User, phase: str, **fields: Any) -> Bundle:
    now = timezone.now()
    made = {"name": "A bundle", "folder": "MAST_x", "started_at": now - timedelta(seconds=10)}
    return Bundle.objects.create(owner=owner, phase=phase, **(made | fields))


def file_of(bundle: Bundle, status: str, **fields: Any) -> BundleFile:
    n = bundle.files.count()
    told = {"n": n, "path": f"JWST/{n}.fits", "data_uri": f"mast:{n}", "phase": Phase.COMPLETED}
    return BundleFile.objects.create(bundle=bundle, status=status, access="PUBLIC", **(told | fields))


def listed(obsid: str, phase: str, **fields: Any) -> None:
    ProductList.objects.create(obsid=obsid, phase=phase, **fields)


def page(web: Client, thing: Basket | Bundle) -> str:
    """The page without what stands above every page."""
    found = text(web.get(f"/{'baskets' if isinstance(thing, Basket) else 'bundles'}/{thing.pk}/"))
    return found.split("<main", 1)[1]


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


@pytest.mark.parametrize(
    ("phase", "words", "polls"),
    [
        (Phase.PENDING, "the list of files is frozen", True),
        (Phase.EXECUTING, "coming in", True),
        (Phase.ABORTED, "stopped", False),
        (Phase.ERROR, "failed", False),
    ],
)
def test_a_bundle_in_each_phase(web: Client, alice: User, phase: str, words: str, polls: bool) -> None:
    bundle = bundle_of(alice, phase)
    found = page(web, bundle)
    assert words in found
    assert ("data-poll" in found) is polls
    assert ("/download" in found) is False
    assert "A bundle" in text(web.get("/bundles/"))


def test_an_expired_bundle_offers_no_download_but_itself_again(web: Client, alice: User) -> None:
    bundle = bundle_of(alice, Phase.COMPLETED, expires_at=timezone.now(), manifest="<p>kept")
    file_of(bundle, Status.OK)
    found = page(web, bundle)
    assert "its archive is gone" in found
    assert f"/bundles/{bundle.pk}/again" in found
    assert f"/api/v1/bundles/{bundle.pk}/download" not in found
    assert "<iframe" in found, "its manifest stays"


def test_a_bundle_of_nothing_but_a_manifest_says_so(web: Client, alice: User) -> None:
    bundle = bundle_of(alice, Phase.COMPLETED, size_bytes=100, expires_at=timezone.now())
    file_of(bundle, Status.MISSING, error="gone")
    assert "ready, without files" in page(web, bundle)


def test_restricted_files_are_told_with_the_way_to_get_access(web: Client, alice: User) -> None:
    bundle = bundle_of(alice, Phase.COMPLETED, size_bytes=100, expires_at=timezone.now())
    file_of(bundle, Status.OK)
    file_of(bundle, Status.RESTRICTED, error="Programme 7 is exclusive; ask Jane Doe in MyST.")
    found = page(web, bundle)
    assert "ask Jane Doe in MyST" in found
    assert "restricted" in found
    assert "All files are in it" not in found


def test_files_with_one_reason_are_told_together(web: Client, alice: User) -> None:
    bundle = bundle_of(alice, Phase.COMPLETED, size_bytes=100, expires_at=timezone.now())
    for _ in range(5):
        file_of(bundle, Status.MISSING, error="The archive has no such file.")
    file_of(bundle, Status.FAILED, error="It broke off.")
    found = page(web, bundle)
    assert found.count('reason-words">The archive has no such file.</span>') == 1
    assert found.index("The archive has no such file.") < found.index("It broke off."), "most frequent first"


def test_many_reasons_are_counted_and_the_first_shown(
    web: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    bundle = bundle_of(alice, Phase.COMPLETED, size_bytes=100, expires_at=timezone.now())
    for n in range(40):
        file_of(bundle, Status.MISSING, error=f"The archive has no file {n}.")
    page(web, bundle)
    with django_assert_max_num_queries(20):
        found = page(web, bundle)
    assert found.count("reason-words") == 6
    assert "34 more files with other reasons" in found


def test_what_is_being_fetched_now_is_named(web: Client, alice: User) -> None:
    bundle = bundle_of(alice, Phase.EXECUTING)
    file_of(bundle, Status.WAITING, phase=Phase.EXECUTING, path="JWST/now.fits")
    found = page(web, bundle)
    assert "coming</span>" in found
    assert "JWST/now.fits" in found


def test_notes_are_warnings(web: Client, alice: User) -> None:
    note = "The product list of observation 7 could not be had: away."
    assert note in page(web, bundle_of(alice, Phase.ERROR, notes=[note]))


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


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99", ""])
def test_any_page_number_of_the_bundles_shows_some(web: Client, alice: User, number: str) -> None:
    bundle_of(alice, Phase.ABORTED)
    assert "A bundle" in text(web.get("/bundles/", {"page": number}))


def test_many_bundles_come_in_pages_newest_first(web: Client, alice: User) -> None:
    for n in range(27):
        bundle_of(alice, Phase.ABORTED, name=f"Bundle {n:02}")
    first, last = (text(web.get(f"/bundles/?page={n}")) for n in (1, 2))
    assert "Bundle 26" in first
    assert "Bundle 01" not in first
    assert "Bundle 00" in last


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


def test_a_bundles_words_fit_its_state(alice: User) -> None:
    bundle = bundle_of(alice, Phase.EXECUTING)
    came = {"started_at": timezone.now() - timedelta(seconds=8), "ended_at": timezone.now()}
    file_of(bundle, Status.OK, size_bytes=5_000_000, **came)
    file_of(bundle, Status.WAITING, phase=Phase.PENDING, expected_bytes=5_000_000)
    view = BundleView.of(bundle)
    assert (view.done_words, view.wanted_words, view.badge) == ("5 MB", "10 MB", "running")
    assert view.rate_words.endswith("/s")
    assert view.left_words.endswith(" s")
    bundle.phase = Phase.ABORTED
    assert BundleView(bundle, progress_of(bundle)).left_words == ""
