"""Who may read restricted bytes: asked of the archive with the person's own token, remembered for a while."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import tokens, vault
from accounts.models import ArchiveToken
from mastportal.files.entitlement import check_many, may_read, remember
from mastportal.files.models import Access, ReadingRight, StoredFile
from mastportal.mast.errors import Refused, Unavailable
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN
from tests.files.conftest import asked_for, obtain

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(secret, alice_with_token) -> StoredFile:
    """An exclusive file in the store, brought there by Alice; nothing remembered of it."""
    file = obtain(secret[0], alice_with_token)
    ReadingRight.objects.all().delete()
    return file


def test_public_bytes_are_for_everybody(public, charlie):
    file = obtain(public[0])
    assert may_read(AnonymousUser(), file)
    assert may_read(charlie, file)


def test_exclusive_bytes_are_for_whom_the_archive_admits(file, alice, bob_with_token, charlie):
    people = [alice, bob_with_token, charlie, AnonymousUser()]
    assert [may_read(person, file) for person in people] == [True, False, False, False]


def test_the_check_moves_no_bytes_and_asks_without_a_token_first(sandbox, file, alice):
    mark = sandbox.mark()
    assert may_read(alice, file)
    asked = [(entry["method"], entry["who"]) for entry in sandbox.log(mark) if entry["uri"]]
    assert asked == [("HEAD", ""), ("HEAD", "alice")]


def test_a_right_is_remembered_for_the_programme(sandbox, secret, file, alice):
    assert may_read(alice, file)
    other = obtain(secret[1], alice)
    mark = sandbox.mark()
    assert may_read(alice, other)
    assert asked_for(sandbox, mark, other.data_uri) == []


def test_bringing_a_file_is_a_check_too(sandbox, secret, alice_with_token):
    file = obtain(secret[0], alice_with_token)
    mark = sandbox.mark()
    assert may_read(alice_with_token, file)
    assert asked_for(sandbox, mark, file.data_uri) == []


def test_a_right_is_asked_for_again_after_its_time(sandbox, file, alice, settings):
    assert may_read(alice, file)
    old = timezone.now() - timedelta(seconds=settings.ENTITLEMENT_TTL_S + 1)
    ReadingRight.objects.update(checked_at=old)
    mark = sandbox.mark()
    assert may_read(alice, file)
    assert asked_for(sandbox, mark, file.data_uri) == ["HEAD", "HEAD"]


def test_a_removed_token_takes_its_rights_along(file, alice):
    assert may_read(alice, file)
    tokens.forget(alice)
    assert ReadingRight.objects.count() == 0
    assert not may_read(alice, file)


def test_another_token_does_not_inherit_the_rights(file, alice):
    assert may_read(alice, file)
    tokens.store(alice, BOB_TOKEN, is_another_person=True)
    assert not may_read(alice, file)


def test_a_no_is_not_remembered(file, bob, alice):
    tokens.store(bob, BOB_TOKEN)
    assert not may_read(bob, file)
    tokens.store(bob, "sandbox-token-alice", is_another_person=True)
    assert may_read(bob, file)


def test_rights_of_one_missions_programme_say_nothing_of_the_others():
    jwst = StoredFile(data_uri="mast:JWST/product/a.fits", programme="1345")
    hst = StoredFile(data_uri="mast:HST/product/a.fits", programme="1345")
    alone = StoredFile(data_uri="mast:JWST/product/b.fits")
    assert len({jwst.scope, hst.scope, alone.scope}) == 3


def test_many_files_cost_one_check_a_programme(sandbox, secret, alice_with_token, charlie, public):
    files = [obtain(row, alice_with_token) for row in secret[:4]] + [obtain(public[0])]
    ReadingRight.objects.all().delete()
    mark = sandbox.mark()
    assert check_many(alice_with_token, files) == {file.pk: True for file in files}
    assert [entry["method"] for entry in sandbox.log(mark) if entry["uri"]] == ["HEAD", "HEAD"]
    assert check_many(charlie, files) == {file.pk: file.access == Access.PUBLIC for file in files}


def test_what_the_archive_releases_becomes_public_with_the_first_request(sandbox, file, charlie):
    sandbox.today("2035-01-01")
    try:
        assert may_read(charlie, file)
    finally:
        sandbox.today("2026-08-22")
    file.refresh_from_db()
    assert file.access == Access.PUBLIC


def test_before_its_release_date_nobody_asks_for_it_in_vain(sandbox, file, charlie):
    file.release_mjd = 99_999.0
    mark = sandbox.mark()
    assert not may_read(charlie, file)
    assert asked_for(sandbox, mark, file.data_uri) == []


def test_an_archive_that_is_down_gives_no_rights(sandbox, file, alice):
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 503})
    with pytest.raises(Unavailable):
        may_read(alice, file)


def test_a_file_that_is_gone_says_nothing_another_of_the_programme_does(secret, alice_with_token):
    gone = StoredFile(data_uri="mast:JWST/product/jw99_gone.fits", programme=secret[0]["proposal_id"], pk=-1)
    gone.release_mjd = 99_999.0  # so it is asked for first
    there = obtain(secret[0], alice_with_token)
    ReadingRight.objects.all().delete()
    assert check_many(alice_with_token, [there, gone]) == {there.pk: True, -1: True}


def test_a_file_that_is_gone_opens_nothing(secret, alice_with_token):
    gone = StoredFile(data_uri="mast:JWST/product/jw99_gone.fits", programme=secret[0]["proposal_id"], pk=-1)
    assert not may_read(alice_with_token, gone)
    assert not ReadingRight.objects.exists()


def test_a_right_is_not_noted_for_the_token_that_came_after(file, alice):
    token = vault.opened(alice)
    tokens.store(alice, BOB_TOKEN, is_another_person=True)
    remember(token, {file.scope})
    assert not ReadingRight.objects.exists()
    assert not may_read(alice, file)


def test_a_right_is_not_noted_for_a_token_removed_meanwhile(file, alice):
    token = vault.opened(alice)
    tokens.forget(alice)
    remember(token, {file.scope})
    assert not ReadingRight.objects.exists()


def test_a_right_counts_from_before_the_archive_was_asked(file, alice):
    token = vault.opened(alice)
    remember(token, {file.scope})
    assert ReadingRight.objects.get().checked_at == token.opened_at


def test_a_withdrawal_ends_with_the_next_check_what_was_remembered(sandbox, secret, file, alice):
    assert may_read(alice, file)
    sandbox.withdraw(ALICE_TOKEN, file.programme)
    try:
        assert may_read(alice, file)  # no check is due
        with pytest.raises(Refused):
            obtain(secret[1], alice)  # but this is one
        assert not may_read(alice, file)
    finally:
        sandbox.withdraw(ALICE_TOKEN)


def test_a_token_that_has_certainly_ended_is_asked_about_again(sandbox, file, alice):
    assert may_read(alice, file)
    old = timezone.now() - tokens.LIFETIME
    ArchiveToken.objects.update(created_at=old)
    ReadingRight.objects.update(token_made_at=old)
    mark = sandbox.mark()
    may_read(alice, file)
    assert asked_for(sandbox, mark, file.data_uri) == ["HEAD", "HEAD"]


def test_what_was_released_is_published_also_by_those_who_hold_a_right(sandbox, public, file, alice):
    released = obtain(public[0])
    StoredFile.objects.filter(pk=released.pk).update(access=Access.RESTRICTED, programme=file.programme)
    assert may_read(alice, file)
    assert obtain(public[0], alice, release_mjd=50_000.0).access == Access.PUBLIC


def test_very_many_just_released_files_are_asked_for_in_parts(public, charlie, settings):
    files = [obtain(row) for row in public[:3]]
    StoredFile.objects.update(access=Access.RESTRICTED, release_mjd=50_000.0)
    settings.RIGHTS_AT_ONCE = 2
    with pytest.raises(Unavailable, match="try again soon"):
        check_many(charlie, StoredFile.objects.all())
    assert check_many(charlie, StoredFile.objects.all()) == {file.pk: True for file in files}
