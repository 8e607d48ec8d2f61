"""The table of a bundle's files on its page: pages, states, polling, and trying again in place."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from basket import filling, finishing, retrying
from basket.file_table import FILES_A_PAGE, STATES, counts_of
from basket.models import Bundle, BundleFile
from basket.phases import GIVEN_UP, Phase, Status
from basket.progress import progress_of
from mastportal.files.models import StoredFile
from tests.basket.shown import HTMX, text
from tests.basket.states import HOSTILE, bundle_of, file_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
KINDS = [
    ("here", {"status": Status.OK, "size_bytes": 5}),
    ("failed", {"status": Status.FAILED, "error": "It broke off.", "phase": Phase.ERROR}),
    ("missing", {"status": Status.MISSING, "error": "There is none.", "phase": Phase.ERROR}),
    ("exclusive", {"status": Status.RESTRICTED, "error": "Ask its PI.", "phase": Phase.ERROR}),
    ("link", {"status": Status.REMOTE, "data_uri": "https://elsewhere.example/x.fits"}),
    ("waiting", {"status": Status.WAITING, "phase": Phase.QUEUED}),
    ("coming", {"status": Status.WAITING, "phase": Phase.EXECUTING}),
]


@pytest.fixture
def growing(alice: User) -> Bundle:
    """Under way, with one file in each state."""
    bundle = bundle_of(alice, Phase.EXECUTING)
    for name, fields in KINDS:
        file_of(bundle, path=f"JWST/{name}.fits", started_at=timezone.now(), **fields)
    return bundle


def part(web: Client, bundle: Bundle, query: str = "") -> str:
    return text(web.get(f"/bundles/{bundle.pk}/files{query}", headers=HTMX))


def test_every_file_has_one_state_and_is_counted_in_it(growing: Bundle) -> None:
    progress = progress_of(growing)
    counts = counts_of(progress)
    assert counts == dict.fromkeys(STATES, 1)
    assert sum(counts.values()) == progress.total
    for state, question in STATES.items():
        assert growing.files.get(question).path == f"JWST/{state}.fits"


@pytest.mark.parametrize("state", STATES)
def test_the_table_is_narrowed_to_one_state(web: Client, growing: Bundle, state: str) -> None:
    found = part(web, growing, f"?files={state}")
    shown = [name for name in STATES if f"JWST/{name}.fits" in found]
    assert shown == [state]
    whole = text(web.get(f"/bundles/{growing.pk}/?files={state}"))
    assert found in whole, "the page includes the very same, so it works without script"


def test_reasons_sizes_and_what_came_so_far_are_told(web: Client, growing: Bundle) -> None:
    coming = growing.files.get(STATES["coming"])
    until = timezone.now() + timedelta(seconds=settings.LEASE_S)
    told = {"received_bytes": 3_000_000, "programme": "1", "lease_until": until}
    StoredFile.objects.create(data_uri=coming.data_uri, key="k", phase="EXECUTING", **told)
    found = part(web, growing)
    for words in ("It broke off.", "There is none.", "Ask its PI.", "3 MB here", "5 bytes"):
        assert words in found
    assert 'href="https://elsewhere.example/x.fits"' in found


def test_the_table_is_polled_by_its_revision(web: Client, growing: Bundle) -> None:
    found = part(web, growing, "?files=failed")
    address = found.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert "files=failed" in address
    answer = web.get(address, headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    Bundle.objects.update(waits_for="The disk is full.")
    assert "data-poll" in text(web.get(address, headers=HTMX))
    Bundle.objects.update(phase=Phase.ABORTED)
    ended = text(web.get(address, headers=HTMX))
    assert "data-poll" not in ended
    assert "not fetched" in part(web, growing)


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=x", "?page=99999999999", "?page=²", "?page="]
)
def test_any_page_number_shows_some_page(web: Client, growing: Bundle, query: str) -> None:
    assert "JWST/here.fits" in part(web, growing, query)
    assert "JWST/here.fits" in part(web, growing, f"?files=nonsense&page={query}")


def test_many_files_come_in_pages_and_ask_no_more(
    web: Client, growing: Bundle, django_assert_max_num_queries: Any
) -> None:
    for _ in range(FILES_A_PAGE * 2):
        file_of(growing, Status.OK)
    assert "page 1 of 3" in part(web, growing)
    assert "page=2" in part(web, growing, "?page=3")
    assert part(web, growing, "?page=3").count("<tr") == 1 + len(KINDS)
    with django_assert_max_num_queries(12):
        part(web, growing)
    with django_assert_max_num_queries(20):
        web.get(f"/bundles/{growing.pk}/")


def test_without_script_the_part_is_the_page(web: Client, growing: Bundle) -> None:
    answer = web.get(f"/bundles/{growing.pk}/files?files=failed&page=1")
    assert answer["Location"] == f"/bundles/{growing.pk}/?files=failed#bundle-files"


def test_nothing_hostile_becomes_markup(web: Client, growing: Bundle) -> None:
    file_of(growing, Status.FAILED, path=HOSTILE, data_uri=f"javascript:{HOSTILE}", error=HOSTILE)
    file_of(growing, Status.REMOTE, path=HOSTILE * 2, data_uri="javascript:alert(1)", error="x" * 100_000)
    found = part(web, growing)
    assert "<script>" not in found
    assert 'href="javascript' not in found


# ---------- trying again ----------


def retry(web: Client, bundle: Bundle, **body: Any) -> Any:
    return web.post(f"/bundles/{bundle.pk}/retry", body)


def test_one_file_is_tried_again_in_place(web: Client, growing: Bundle) -> None:
    failed = growing.files.get(STATES["failed"])
    BundleFile.objects.filter(pk=failed.pk).update(attempts=5)
    assert "Try again" in part(web, growing)
    answer = web.post(f"/bundles/{growing.pk}/retry", {"n": failed.n, "files": "failed"}, headers=HTMX)
    assert "JWST/failed.fits" not in text(answer)
    failed.refresh_from_db()
    assert (failed.status, failed.phase, failed.error, failed.attempts) == ("", Phase.PENDING, "", 0)
    assert failed.pk in filling.top_up(growing.pk)
    assert growing.files.filter(status__in=GIVEN_UP).count() == 2


def test_all_that_failed_are_tried_again(web: Client, growing: Bundle) -> None:
    assert "Try 3 again" in text(web.get(f"/bundles/{growing.pk}/"))
    assert retry(web, growing)["Location"] == f"/bundles/{growing.pk}/?#bundle-files"
    assert not growing.files.filter(status__in=GIVEN_UP).exists()
    assert growing.files.filter(status=Status.REMOTE).exists(), "a link is none of them"


def test_a_program_tries_again_too(api: APIClient, growing: Bundle) -> None:
    answers = [api.post(f"/api/v1/bundles/{growing.pk}/retry") for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (202, {"files": 3}),
        (202, {"files": 0}),
    ]


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.COMPLETED, Phase.ABORTED, Phase.ERROR])
def test_nothing_of_a_bundle_that_has_ended_is_tried_again(web: Client, growing: Bundle, phase: str) -> None:
    """What is stored of a complete one never changes."""
    Bundle.objects.update(phase=phase)
    assert retrying.try_again(growing.pk, by=growing.owner_id) == 0
    assert "There was nothing to try again" in text(web.post(f"/bundles/{growing.pk}/retry", follow=True))
    assert growing.files.filter(status__in=GIVEN_UP).count() == 3


def test_a_streams_work_list_is_left_alone(growing: Bundle) -> None:
    Bundle.objects.update(lease_token=growing.pk)
    assert retrying.try_again(growing.pk, by=growing.owner_id) == 0


def test_a_bundle_is_not_finished_over_a_file_that_is_tried_again(growing: Bundle) -> None:
    growing.files.filter(status=Status.WAITING).delete()
    assert retrying.try_again(growing.pk, [growing.files.get(STATES["failed"]).n], by=growing.owner_id) == 1
    assert not finishing.finish(growing.pk)


@pytest.mark.parametrize("number", ["x", "-1", "99999999999999999999", "<b>"])
def test_a_number_that_is_none_is_refused_as_text(web: Client, growing: Bundle, number: str) -> None:
    answer = retry(web, growing, n=number)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_who_only_reads_is_offered_no_retry(growing: Bundle, alice: User) -> None:
    Bundle.objects.update(group=alice.memberships.get().group)
    reader = Client()
    reader.force_login(make_person("dora", "Demo group", "reader"))
    found = text(reader.get(f"/bundles/{growing.pk}/"))
    assert "JWST/failed.fits" in found
    assert "/retry" not in found
    assert retry(reader, growing).status_code == 403


# ---------- pauses ----------


def test_a_pause_is_told_with_what_happens_next(web: Client, growing: Bundle) -> None:
    Bundle.objects.update(waits_for="The portal's disk is full.")
    found = text(web.get(f"/bundles/{growing.pk}/"))
    assert "Pausing. The portal&#x27;s disk is full." in found
    assert "Nothing is lost" in found
    assert ">pausing</span>" in found
    assert ">pausing</span>" in text(web.get("/bundles/"))
    assert "left</span>" not in found
    Bundle.objects.update(phase=Phase.COMPLETED)
    assert "Pausing" not in text(web.get(f"/bundles/{growing.pk}/"))
