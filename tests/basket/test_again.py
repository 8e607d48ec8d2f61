"""Bundles made again, whole or only what failed; what changed since; their list; their ways out."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from basket import bundles, changes
from basket.changes_page import SHOWN
from basket.models import Bundle
from basket.phases import Phase, Status
from mastportal.files.models import StoredFile
from mastportal.tables.columns import BadQuery
from tests.basket.shown import HTMX, text
from tests.basket.states import HOSTILE, bundle_of, file_of

pytestmark = pytest.mark.django_db
WANTED = {"contents": {"lines": [], "singles": []}, "selection": {}, "observation": None}


@pytest.fixture
def old(alice: User) -> Bundle:
    """Complete, with one file in it, two that failed, one exclusive and a link."""
    bundle = bundle_of(alice, Phase.COMPLETED, size_bytes=9, wanted=WANTED, asked="The basket.")
    bundle.expires_at = timezone.now() + timedelta(days=1)
    bundle.save()
    file_of(bundle, Status.OK, sha256="a" * 64, facts={"cal_ver": "1.13.4", "crds_ctx": "jwst_1200.pmap"})
    for status in (Status.FAILED, Status.RESTRICTED, Status.MISSING):
        file_of(bundle, status, error="Why.", phase=Phase.ERROR)
    file_of(bundle, Status.REMOTE, data_uri="https://elsewhere.example/x", error="Elsewhere.")
    return bundle


def paths(bundle: Bundle) -> list[str]:
    assert bundles.freeze(bundle.pk)
    return list(bundle.files.order_by("n").values_list("path", flat=True))


def test_only_what_failed_is_made_again(old: Bundle, alice: User) -> None:
    new = bundles.again(old, alice, only_failed=True)
    assert paths(new) == ["JWST/1.fits", "JWST/2.fits", "JWST/3.fits"]
    assert set(new.files.values_list("status", flat=True)) == {Status.WAITING}
    assert "Only what is not in the bundle MAST_x" in new.asked


def test_the_whole_is_made_again_unless_said(old: Bundle, alice: User) -> None:
    assert len(paths(bundles.again(old, alice))) == 5


def test_a_repeat_of_what_failed_can_itself_be_repeated_whole(old: Bundle, alice: User) -> None:
    part = bundles.again(old, alice, only_failed=True)
    paths(part)
    assert len(paths(bundles.again(part, alice))) == 3


def test_what_a_stopped_bundle_never_fetched_failed_too(old: Bundle, alice: User) -> None:
    file_of(old, Status.WAITING, phase=Phase.ABORTED)
    Bundle.objects.update(phase=Phase.ABORTED)
    old.refresh_from_db()
    assert len(paths(bundles.again(old, alice, only_failed=True))) == 4


def test_where_nothing_failed_there_is_nothing_to_make(old: Bundle, alice: User) -> None:
    old.files.exclude(status=Status.OK).delete()
    with pytest.raises(BadQuery, match="No file of this bundle failed"):
        bundles.again(old, alice, only_failed=True)


def test_a_part_is_compared_with_that_part(old: Bundle, alice: User) -> None:
    new = bundles.again(old, alice, only_failed=True)
    paths(new)
    assert changes.since_before(new) == [], "what is in the old one is not gone"


def test_the_page_offers_both(web: Client, old: Bundle) -> None:
    found = text(web.get(f"/bundles/{old.pk}/"))
    assert "Make a bundle of the 3 that failed" in found
    assert "Make all of it again" in found
    answer = web.post(f"/bundles/{old.pk}/again", {"only": "failed"})
    new = Bundle.objects.get(again_of=old)
    assert answer["Location"] == f"/bundles/{new.pk}/"
    assert new.wanted["only"] == "failed"


@pytest.mark.parametrize(
    ("body", "only"), [(None, None), ({}, None), ({"only": None}, None), ({"only": "failed"}, "failed")]
)
def test_the_rest_door_takes_an_optional_only(
    api: APIClient, old: Bundle, body: dict[str, Any] | None, only: str | None
) -> None:
    answer = api.post(f"/api/v1/bundles/{old.pk}/again", body, format="json")
    assert answer.status_code == 202
    assert Bundle.objects.get(pk=answer.json()["id"]).wanted["only"] == only


@pytest.mark.parametrize("only", ["everything", HOSTILE, 7, ["failed"]])
def test_the_rest_door_refuses_another_only(api: APIClient, old: Bundle, only: Any) -> None:
    answer = api.post(f"/api/v1/bundles/{old.pk}/again", {"only": only}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "only"


# ---------- changed since ----------


def stored(uri: str, **facts: Any) -> StoredFile:
    told = {"phase": Phase.COMPLETED, "access": "PUBLIC", "key": uri, "size_bytes": 9, "programme": "1"}
    return StoredFile.objects.create(data_uri=uri, **(told | facts))


def test_what_was_reprocessed_is_named_with_its_versions(
    web: Client, old: Bundle, django_assert_max_num_queries: Any
) -> None:
    stored("mast:0", sha256="b" * 64, cal_ver="1.15.0", crds_ctx=HOSTILE)
    assert "What changed?" in text(web.get(f"/bundles/{old.pk}/"))
    with django_assert_max_num_queries(12):
        found = text(web.get(f"/bundles/{old.pk}/changes", headers=HTMX))
    assert "1.13.4 → <strong>1.15.0" in found
    assert "<strong>1</strong> reprocessed" in found
    assert "<script>" not in found
    assert "<html" not in found
    assert "1.15.0" in text(web.get(f"/bundles/{old.pk}/changes")), "without script it is a page"


@pytest.mark.parametrize("against", ["", "store", "before", "nonsense", HOSTILE])
def test_where_nothing_changed_that_is_said(web: Client, old: Bundle, against: str) -> None:
    stored("mast:0", sha256="a" * 64)
    assert "as they were" in text(web.get(f"/bundles/{old.pk}/changes", {"against": against}))


def test_a_repeat_is_compared_with_what_it_repeats(web: Client, old: Bundle, alice: User) -> None:
    new = bundle_of(alice, Phase.COMPLETED, again_of=old, size_bytes=9, expires_at=timezone.now())
    file_of(new, Status.OK, sha256="b" * 64, facts={"cal_ver": "1.15.0", "crds_ctx": "jwst_1200.pmap"})
    found = text(web.get(f"/bundles/{new.pk}/changes", headers=HTMX))
    assert "since the bundle that this one repeats" in found
    assert "1.13.4 → <strong>1.15.0" in found


def test_many_changes_are_counted_and_some_shown(web: Client, old: Bundle, alice: User) -> None:
    for n in range(SHOWN + 3):
        file_of(old, Status.OK, data_uri=f"mast:many/{n}", sha256="a" * 64)
        stored(f"mast:many/{n}", sha256="b" * 64)
    found = text(web.get(f"/bundles/{old.pk}/changes", headers=HTMX))
    assert f"<strong>{SHOWN + 3}</strong> reprocessed" in found
    assert "3 more" in found


# ---------- the list of bundles ----------


@pytest.fixture
def several(alice: User) -> None:
    now = timezone.now()
    bundle_of(alice, Phase.EXECUTING, name="Pairs growing")
    bundle_of(alice, Phase.COMPLETED, name="Pairs ready", size_bytes=7, expires_at=now)
    bundle_of(alice, Phase.COMPLETED, name="Ring expired", expires_at=now)
    bundle_of(alice, Phase.ABORTED, name="Ring stopped 100%")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "Pairs growing, Pairs ready, Ring expired, Ring stopped"),
        ("q=pairs", "Pairs growing, Pairs ready"),
        ("q=RING+stop", "Ring stopped"),
        ("q=MAST_x", "Pairs growing, Pairs ready, Ring expired, Ring stopped"),
        ("q=%25", "Ring stopped"),
        ("state=under-way", "Pairs growing"),
        ("state=ready", "Pairs ready"),
        ("state=expired", "Ring expired"),
        ("state=ended", "Ring stopped"),
        ("state=nonsense&page=7", "Pairs growing, Pairs ready, Ring expired, Ring stopped"),
        ("q=ring&state=expired", "Ring expired"),
        ("q=%00", "Pairs growing, Pairs ready, Ring expired, Ring stopped"),
    ],
)
@pytest.mark.usefixtures("several")
def test_bundles_are_found_by_name_and_state(web: Client, query: str, expected: str) -> None:
    found = text(web.get(f"/bundles/?{query}"))
    names = ["Pairs growing", "Pairs ready", "Ring expired", "Ring stopped"]
    assert ", ".join(name for name in names if f">{name}" in found) == expected


@pytest.mark.usefixtures("several")
def test_an_expired_one_is_made_again_from_the_list(web: Client) -> None:
    expired = Bundle.objects.get(name="Ring expired")
    found = text(web.get("/bundles/"))
    assert "expired</span>" in found
    assert f'action="/bundles/{expired.pk}/again"' in found
    assert found.count("Make it again") == 1


def test_nothing_found_says_so_and_repeats_the_words_escaped(web: Client, old: Bundle) -> None:
    found = text(web.get("/bundles/", {"q": HOSTILE}))
    assert "No bundle like that" in found
    assert "<script>alert" not in found


def test_pages_keep_the_words(web: Client, alice: User) -> None:
    for n in range(27):
        bundle_of(alice, Phase.ABORTED, name=f"Ring {n}")
    assert 'href="?q=ring&amp;page=2"' in text(web.get("/bundles/?q=ring"))


# ---------- the ways out ----------


def test_a_complete_bundle_has_one_primary_button_and_every_way_out(web: Client, old: Bundle) -> None:
    found = text(web.get(f"/bundles/{old.pk}/"))
    assert found.count('class="button primary"') == 1
    for address in (
        "script?from=portal",
        "list?format=aria2",
        "list?format=urls",
        "curl --fail --continue-at -",
    ):
        assert address in found
    assert text(web.get(f"/bundles/{old.pk}/script")).startswith("#!/usr/bin/env bash")
    aria2 = web.get(f"/bundles/{old.pk}/list?format=aria2&origin=portal")
    assert "MAST_x.aria2.txt" in aria2["Content-Disposition"]
    listed = web.get(f"/bundles/{old.pk}/list?format=urls").content.decode()
    assert listed.count("\n") == 4, "each file but the link"
    assert web.get(f"/bundles/{old.pk}/list?format=nonsense").status_code == 400


@pytest.mark.parametrize("way", ["script", "script?from=nowhere", "list?format=urls"])
def test_a_bundle_without_a_list_offers_none(web: Client, alice: User, way: str) -> None:
    bundle = bundle_of(alice, Phase.PENDING)
    assert "no list of files yet" in text(web.get(f"/bundles/{bundle.pk}/{way}", follow=True))


def test_what_another_site_keeps_is_fetched_once_its_host_is_allowed(
    old: Bundle, alice: User, settings: Any
) -> None:
    settings.ALLOWED_DATA_HOSTS = ["elsewhere.example"]
    new = bundles.again(old, alice)
    assert bundles.freeze(new.pk)
    assert set(new.files.values_list("status", flat=True)) == {Status.WAITING}
