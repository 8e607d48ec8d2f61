"""Stored bytes are hashed again: what rotted is set aside, and had anew only as it was."""

import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from mastportal.files import cleaning, fetching, needs, store, verifying
from mastportal.files.models import StoredFile
from mastportal.files.verifying import Outcome
from mastportal.work import Phase
from tests.files.conftest import obtain

pytestmark = pytest.mark.django_db


class Someone:
    """Needs every stored file, and hears which are lost."""

    def __init__(self, *people) -> None:
        self.told: list[str] = []
        self._people = people

    def rows(self):
        yield StoredFile.objects.all()

    def people(self, file):
        return self._people

    def tell_lost(self, file, sentence):
        self.told.append(sentence)


@pytest.fixture
def needed(monkeypatch):
    """Makes somebody need all files from then on."""

    def by(*people) -> Someone:
        someone = Someone(*people)
        monkeypatch.setattr(needs, "_NEEDS", [someone])
        return someone

    return by


def rot(file: StoredFile) -> StoredFile:
    """One bit turned, without a trace in size or time."""
    path = store.path_of(file.key)
    with path.open("r+b") as stored:
        stored.seek(file.size_bytes // 2)
        byte = stored.read(1)[0]
        stored.seek(-1, os.SEEK_CUR)
        stored.write(bytes([byte ^ 1]))
    os.utime(path, ns=(file.mtime_ns, file.mtime_ns))
    store.check(file)
    return file


def verify(**limits) -> list[tuple[Outcome, str]]:
    # The rows of one test are all of one moment.
    StoredFile.objects.filter(fetched_at__isnull=False).update(fetched_at=timezone.now() - timedelta(days=1))
    return [(checked.outcome, checked.file.data_uri) for checked in verifying.verify(**limits)]


def content(file: StoredFile) -> bytes:
    file.refresh_from_db()
    return b"".join(store.read(file, 0, file.size_bytes))


def test_each_sound_file_is_noted_as_seen_once(public, monkeypatch):
    monkeypatch.setattr(verifying, "FILES_AT_ONCE", 2)
    files = [obtain(row) for row in public[:3]]
    assert sorted(verify()) == sorted((Outcome.SOUND, file.data_uri) for file in files)
    assert not StoredFile.objects.filter(verified_at=None).exists()


def test_those_not_seen_for_longest_come_first_and_a_limit_ends_it(public):
    files = [obtain(row) for row in public[:3]]
    for age, file in enumerate(files):
        StoredFile.objects.filter(pk=file.pk).update(verified_at=timezone.now() - timedelta(days=age + 1))
    assert verify(most_bytes=1) == [(Outcome.SOUND, files[2].data_uri)]
    assert verify(most_bytes=files[1].size_bytes + 1) == [
        (Outcome.SOUND, files[1].data_uri),
        (Outcome.SOUND, files[0].data_uri),
    ]
    assert verify(most_s=0) == []


def test_what_rotted_and_nobody_needs_is_set_aside(public, store_dir):
    file = rot(obtain(public[0]))
    assert verify() == [(Outcome.SET_ASIDE, file.data_uri)]
    file.refresh_from_db()
    assert (file.phase, "rotted" in file.error) == (Phase.ERROR, True)
    assert file.quarantined_at
    assert not store.path_of(file.key).exists()
    assert (store_dir / store.QUARANTINE / file.key).stat().st_size == file.size_bytes
    StoredFile.objects.update(verified_at=None)
    assert verify() == [(Outcome.LEFT_ASIDE, file.data_uri)], "no news the second time"
    new = obtain(public[0])
    assert (new.version, new.sha256) == (2, file.sha256)


@pytest.mark.parametrize("harm", [rot, lambda file: store.path_of(file.key).unlink()], ids=["rot", "gone"])
def test_what_is_needed_comes_back_in_its_own_place(public, sandbox, needed, harm):
    needed()
    file = obtain(public[0])
    harm(file)
    assert verify() == [(Outcome.REPLACED, file.data_uri)]
    assert content(file) == sandbox.body(file.data_uri)
    assert (file.phase, file.error, file.quarantined_at) == (Phase.COMPLETED, "", None)
    assert {outcome for outcome, _ in verify()} == {Outcome.SOUND}


def test_exclusive_files_come_back_with_the_token_of_who_needs_them(secret, alice_with_token, needed, bob):
    file = rot(obtain(secret[0], alice_with_token))
    lonely = needed(bob)
    assert verify() == [(Outcome.LOST, file.data_uri)]
    assert "is lost" in lonely.told[0]
    needed(bob, alice_with_token)
    StoredFile.objects.update(verified_at=None)
    assert verify() == [(Outcome.REPLACED, file.data_uri)]
    assert len(content(file)) == file.size_bytes


def test_another_version_is_never_taken_for_the_old_one(public, sandbox, needed):
    someone = needed()
    file = rot(obtain(public[0]))
    sandbox.replace(file.data_uri)
    assert verify() == [(Outcome.LOST, file.data_uri)]
    assert "another version" in someone.told[0]
    file.refresh_from_db()
    assert (file.phase, file.error) == (Phase.ERROR, someone.told[0])
    assert fetching.held([file.data_uri])[file.data_uri].sha256 != file.sha256


def test_without_an_archive_or_room_it_is_tried_again_at_the_next(public, sandbox, needed, settings):
    settings.STALL_S = 0.5
    someone = needed()
    file = rot(obtain(public[0]))
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 503})
    assert verify() == [(Outcome.TO_FETCH, file.data_uri)]
    sandbox.clear()
    StoredFile.objects.update(verified_at=None)
    settings.STORE_QUOTA_BYTES = 1
    assert verify() == [(Outcome.TO_FETCH, file.data_uri)]
    settings.STORE_QUOTA_BYTES = 0
    StoredFile.objects.update(verified_at=None)
    assert verify() == [(Outcome.REPLACED, file.data_uri)]
    assert someone.told == []


def test_one_that_was_removed_while_it_was_hashed_stays_removed(public):
    file = obtain(public[0])
    StoredFile.objects.update(phase=Phase.ABORTED)
    assert verifying._check(file) is None
    file.refresh_from_db()
    assert (file.phase, file.verified_at) == (Phase.ABORTED, None)


def test_bytes_left_at_a_crash_after_the_row_was_marked_are_set_aside_by_the_next(public, store_dir):
    file = rot(obtain(public[0]))
    StoredFile.objects.filter(pk=file.pk).update(phase=Phase.ERROR, quarantined_at=timezone.now())
    assert verify() == [(Outcome.SET_ASIDE, file.data_uri)]
    assert (store_dir / store.QUARANTINE / file.key).exists()


def test_the_command_says_what_it_found(public):
    out = StringIO()
    call_command("files", "verify", stdout=out)
    assert out.getvalue() == "Nothing to look at.\n"
    file = rot(obtain(public[0]))
    StoredFile.objects.update(fetched_at=timezone.now() - timedelta(days=1))
    with pytest.raises(CommandError):
        call_command("files", "verify", "--bytes", "10", "--hours", "1", stdout=out)
    assert f"{file.name}: rotted, nobody needs it." in out.getvalue()
    assert cleaning.make_room(1) == 0
    StoredFile.objects.update(verified_at=None)
    call_command("files", "verify", stdout=out)
    assert f"{file.name}: set aside before, nobody needs it." in out.getvalue()
