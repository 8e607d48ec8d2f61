"""What nobody needs goes, the replaced and the longest unused first; nothing else ever does."""

import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import OuterRef
from django.utils import timezone

from accounts.models import ResearchGroup
from mastportal.files import cleaning, needs, pruning, store
from mastportal.files.models import StoredFile
from mastportal.files.tasks import clean as clean_task
from mastportal.files.usage import usage
from mastportal.work import Phase

pytestmark = pytest.mark.django_db


def put(n: int, days: int, size: int = 10, **fields) -> StoredFile:
    """A stored file of so many bytes that was last used so many days ago."""
    key, used = f"{n:032x}", timezone.now() - timedelta(days=days)
    store.place(key).write_bytes(bytes(size))
    row = {"data_uri": f"mast:JWST/product/{n}.fits", "programme": "1073", "last_used_at": used}
    return StoredFile.objects.create(
        **row | {"phase": Phase.COMPLETED} | fields, key=key, **store.facts_of(key)
    )


def left() -> set[int]:
    """The numbers of the files that are here, rows and bytes alike."""
    rows = StoredFile.objects.filter(phase=Phase.COMPLETED)
    assert {file.key for file in rows} == {p.name for p in store.path_of("x" * 32).parents[2].glob("??/??/*")}
    return {int(file.key, 16) for file in rows}


def test_the_longest_unused_go_first_and_no_more_than_must():
    for n, days in ((1, 3), (2, 9), (3, 5)):
        put(n, days)
    assert cleaning.make_room(11) == 20
    assert left() == {1}


def test_a_replaced_version_goes_before_the_newest():
    put(1, 3, data_uri="mast:x", version=1)
    put(2, 30, data_uri="mast:x", version=2)
    put(3, 60)
    assert cleaning.make_room(1) == 10
    assert left() == {2, 3}


def test_nothing_goes_where_all_of_it_would_not_be_enough():
    put(1, 3)
    assert cleaning.make_room(11) == 0
    assert left() == {1}


def test_what_was_used_just_now_is_coming_or_lies_elsewhere_stays():
    put(1, 0)
    put(2, 9, linked=True)
    coming = put(3, 9, phase=Phase.EXECUTING)
    assert cleaning.make_room(1) == 0
    coming.delete()
    store.remove(coming.key)
    assert left() == {1, 2}


def test_a_group_makes_room_for_itself():
    group = ResearchGroup.objects.create(name="Dust")
    put(1, 9)
    put(2, 3, group=group)
    assert cleaning.make_room(1, group.pk) == 10
    assert left() == {1}


def test_one_that_came_to_be_needed_meanwhile_stays(monkeypatch):
    file = put(1, 9)
    assert needs.keep_for_now([file.pk]) == {file.pk}
    assert cleaning.let_go(file) == 0
    StoredFile.objects.update(last_used_at=timezone.now() - timedelta(days=9))

    class Need:
        def rows(self):
            yield StoredFile.objects.filter(pk=OuterRef("pk"))

    monkeypatch.setattr(needs, "_NEEDS", [Need()])
    assert cleaning.let_go(file) == 0
    assert left() == {1}
    monkeypatch.setattr(needs, "_NEEDS", [])
    assert cleaning.let_go(file) == 10
    assert needs.keep_for_now([file.pk]) == set()


def test_bytes_whose_row_says_that_they_are_gone_are_leftovers():
    put(1, 9, phase=Phase.ABORTED)
    assert cleaning.clean(min_age_s=0) == 0, "a lease's time is waited for"
    path = store.path_of(f"{1:032x}")
    os.utime(path, (1, 1))
    assert cleaning.clean() == 1
    assert not path.exists()


def test_what_was_set_aside_goes_after_a_month(monkeypatch):
    put(1, 9)
    store.quarantine(f"{1:032x}")
    StoredFile.objects.update(phase=Phase.ERROR, quarantined_at=timezone.now())
    cleaning.clean()
    assert (store.path_of("x" * 32).parents[2] / store.QUARANTINE / f"{1:032x}").exists()
    monkeypatch.setattr(cleaning, "QUARANTINE_KEEP_S", -1)
    cleaning.clean()
    assert not (store.path_of("x" * 32).parents[2] / store.QUARANTINE / f"{1:032x}").exists()
    rotted = StoredFile.objects.get()
    assert (rotted.phase, rotted.quarantined_at) == (Phase.ABORTED, None)


def test_the_periodic_task_keeps_to_a_quota_that_was_lowered(settings):
    for n in range(1, 6):
        put(n, n)
    settings.STORE_QUOTA_BYTES = 25
    clean_task()
    assert left() == {1, 2}
    settings.STORE_QUOTA_BYTES = 0
    clean_task()
    assert left() == {1, 2}


def test_the_command_lists_first_and_then_removes():
    put(1, 3)
    put(2, 60)
    out = StringIO()
    call_command("files", "prune", "--dry-run", "--unused-for", "30", stdout=out)
    assert "2.fits (version 1) · 10 B · used" in out.getvalue()
    assert "1 files with 10 B would go." in out.getvalue()
    assert left() == {1, 2}
    call_command("files", "prune", "--unused-for", "30", stdout=out)
    assert "are gone" in out.getvalue()
    assert left() == {1}
    assert [file.pk for file in pruning.candidates()] == []


def test_usage_by_group_programme_and_origin():
    put(1, 3, group=ResearchGroup.objects.create(name="Dust"))
    put(2, 0, size=5, origin="adopted", data_uri="mast:HST/product/x.fits")
    told = usage()
    assert [(share.name, share.files, share.bytes) for share in told.groups] == [
        ("Dust", 1, 10),
        ("(no group)", 1, 5),
    ]
    assert [(share.name, share.bytes) for share in told.programmes] == [("JWST 1073", 10), ("HST 1073", 5)]
    assert [share.name for share in told.origins] == ["archive", "adopted"]
    assert (told.used_bytes, told.removable_bytes, told.quarantined) == (15, 10, 0)
    out = StringIO()
    call_command("files", "usage", stdout=out)
    assert "Dust" in out.getvalue()
    call_command("files", "usage", "--json", stdout=(raw := StringIO()))
    assert '"removable_bytes": 10' in raw.getvalue()
