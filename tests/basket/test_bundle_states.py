"""A bundle's page in every state it can be in. No archive is asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from basket.pages import BundleView
from basket.phases import Phase, Status
from basket.progress import progress_of
from tests.basket.shown import text
from tests.basket.states import bundle_of, file_of, page

pytestmark = pytest.mark.django_db


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
