"""Pictures in pages: fetched once, only real ones, and exclusive ones for those whose token is accepted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.files import fetching, previews, store
from mastportal.files.models import Access, StoredFile
from mastportal.files.previews import Standing, look, type_of
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN, observations
from tests.files.conftest import programme_of

LONG_AGO = 50_000.0
COLUMNS = "obsid,obs_id,proposal_id,calib_level,jpegURL,t_obs_release"


@pytest.fixture
def pictured(sandbox: Sandbox) -> Callable[..., dict[str, Any]]:
    """The first observation with a picture and these values, as the archive gives it."""

    def row(**filters: str) -> dict[str, Any]:
        return next(row for row in observations(sandbox.url, COLUMNS, **filters) if row["jpegURL"])

    return row


def ask(user: User, row: dict[str, Any]) -> previews.Preview:
    return look(user, row["jpegURL"], row["proposal_id"], row["t_obs_release"])


def test_a_picture_is_fetched_once_for_everybody(
    sandbox: Sandbox, alice: User, bob: User, pictured: Callable[..., dict[str, Any]]
) -> None:
    row = pictured(obs_collection="JWST", dataRights="PUBLIC")
    first, again = ask(alice, row), ask(alice, row)
    assert (first.standing, again.standing, again.to_fetch) == (Standing.COMING, Standing.COMING, 0)
    before = sandbox.mark()
    previews.fetch(first.to_fetch, alice.pk)
    for person in (alice, bob):
        found = ask(person, row)
        assert found.standing == Standing.READY
        assert found.file is not None
        assert type_of(found.file) == "image/jpeg"
    fetched = [entry for entry in sandbox.log(before) if entry["uri"] == row["jpegURL"]]
    assert len([entry for entry in fetched if entry["method"] == "GET"]) == 1


def test_an_exclusive_picture_is_for_those_whose_token_is_accepted(
    sandbox: Sandbox,
    alice_with_token: User,
    bob_with_token: User,
    charlie: User,
    pictured: Callable[..., Any],
) -> None:
    alice, bob, programme = alice_with_token, bob_with_token, programme_of(sandbox, ALICE_TOKEN)
    row = pictured(obs_collection="JWST", dataRights="EXCLUSIVE_ACCESS", proposal_id=programme)
    assert ask(charlie, row).standing == Standing.EXCLUSIVE
    assert not StoredFile.objects.exists()  # without a token nobody asks
    wanted = ask(bob, row)
    previews.fetch(wanted.to_fetch, bob.pk)
    assert ask(bob, row).standing == Standing.EXCLUSIVE
    wanted = ask(alice, row)
    previews.fetch(wanted.to_fetch, alice.pk)
    assert ask(alice, row).standing == Standing.READY
    assert StoredFile.objects.get(phase="COMPLETED").access == Access.RESTRICTED
    assert ask(bob, row).standing == Standing.EXCLUSIVE
    assert ask(charlie, row).standing == Standing.EXCLUSIVE


def test_what_the_archive_does_not_have_is_no_preview(sandbox: Sandbox, alice: User) -> None:
    uri = "mast:JWST/product/jw09999001001_no_such.jpg"
    wanted = look(alice, uri, "9999", LONG_AGO)
    previews.fetch(wanted.to_fetch, alice.pk)
    assert look(alice, uri, "9999", LONG_AGO).standing == Standing.NONE


def test_what_only_calls_itself_a_picture_is_none(sandbox: Sandbox, alice: User) -> None:
    uri = "mast:JWST/product/<svg onload=alert(1)>.jpg"
    row = fetching.row_for(uri, "9999", LONG_AGO)
    store.place(row.key).write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    facts = store.facts_of(row.key)
    StoredFile.objects.filter(pk=row.pk).update(phase="COMPLETED", access=Access.PUBLIC, sha256="0", **facts)
    assert look(alice, uri, "9999", LONG_AGO).standing == Standing.NONE


def test_a_picture_that_was_harmed_on_the_disk_comes_anew(
    sandbox: Sandbox, alice: User, pictured: Callable[..., dict[str, Any]]
) -> None:
    row = pictured(obs_collection="JWST", dataRights="PUBLIC")
    previews.fetch(ask(alice, row).to_fetch, alice.pk)
    store.path_of(StoredFile.objects.get().key).write_bytes(b"harmed")
    wanted = ask(alice, row)
    assert wanted.standing == Standing.COMING
    previews.fetch(wanted.to_fetch, alice.pk)
    assert _shown(alice, row) == sandbox.body(row["jpegURL"])


def test_a_picture_made_anew_follows_the_old_one_within_a_day(
    sandbox: Sandbox, alice: User, bob: User, pictured: Callable[..., dict[str, Any]]
) -> None:
    row = pictured(obs_collection="JWST", dataRights="PUBLIC")
    previews.fetch(ask(alice, row).to_fetch, alice.pk)
    old = _shown(alice, row)
    sandbox.replace(row["jpegURL"])
    assert ask(alice, row).to_fetch == 0
    StoredFile.objects.update(fetched_at=timezone.now() - previews.COMPARED_AFTER)
    seen = ask(alice, row)
    assert (seen.standing, ask(bob, row).to_fetch) == (Standing.READY, 0), "one worker looks"
    previews.fetch(seen.to_fetch, alice.pk)
    assert _shown(bob, row) == sandbox.body(row["jpegURL"]) != old


def _shown(user: User, row: dict[str, Any]) -> bytes:
    file = ask(user, row).file
    assert file is not None
    return b"".join(store.read(file, 0, file.size_bytes or 0))


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "mast:JWST/product/a.fits",
        "https://elsewhere.example/a.jpg",
        "file:///etc/passwd.jpg",
        "javascript:alert(1)//.png",
        "mast:JWST/" + "x" * 100_000,
    ],
)
def test_nothing_else_is_asked_for(alice: User, uri: str) -> None:
    assert look(alice, uri, "", None) == previews.Preview(Standing.NONE)
    assert not StoredFile.objects.exists()
