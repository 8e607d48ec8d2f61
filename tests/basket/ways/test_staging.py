"""Bundles laid out in a folder of the lab: what lies there, for whom, and that nothing leads out of it."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from basket.manifest import NAMES
from basket.models import Basket, Bundle, Staging
from basket.phases import Phase
from basket.ways import laying_out, staging
from mastportal.files import store
from mastportal.files.models import StoredFile
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, only
from tests.basket.test_api import error
from tests.basket.ways.staged import inside, laid_out, modes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bundle(basket: Basket, alice: User, sandbox: Sandbox) -> Bundle:
    return completed(bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice))


def test_the_files_lie_there_read_only_with_their_sums(bundle: Bundle, alice: User, lab: Path) -> None:
    known = laid_out(bundle, alice)
    folder = lab / "alice" / bundle.folder
    assert (known.phase, staging.address_of(known)) == (Phase.COMPLETED, str(folder))
    sums = dict(line.split("  ", 1)[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {file.path for file in bundle.files.all()}
    for path, told in sums.items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == told
        assert (folder / path).stat().st_nlink == 1, "no hard link into the store"
    assert {path.name for path in folder.iterdir() if path.is_file()} == set(NAMES)
    assert (folder / "MANIFEST.HTML").read_text() == bundle.manifest
    assert modes(folder) == {0o755, 0o444}
    assert staging.request(bundle, alice) == known, "asked again it is the same"
    assert known.files_done == known.files_total == len(sums)


def test_bundles_of_one_minute_asked_for_at_once_lie_side_by_side(
    bundle: Bundle, basket: Basket, alice: User, lab: Path
) -> None:
    others = [completed(bundle_of(basket, alice)) for _ in range(3)]
    Bundle.objects.update(folder=bundle.folder)
    every = list(Bundle.objects.all())

    def ask(wanted: Bundle) -> str:
        try:
            return staging.request(wanted, alice).place
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(every)) as pool:
        assert len(set(pool.map(ask, every))) == len(others) + 1


def test_each_person_has_a_folder_and_it_goes_in_time(
    bundle: Bundle, alice: User, bob: User, lab: Path
) -> None:
    hers, his = laid_out(bundle, alice), laid_out(bundle, bob)
    Staging.objects.filter(pk=hers.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    staging.clear()
    assert list(inside(lab / "alice")) == []
    assert list(inside(lab / "bob"))
    staging.take_away(his)
    bundle.delete()
    staging.clear()
    assert list(inside(lab)) == []
    assert not Staging.objects.exists()


def test_a_planted_link_leads_nowhere(bundle: Bundle, alice: User, lab: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (lab / "alice").symlink_to(tmp_path / "elsewhere")
    known = laid_out(bundle, alice)
    assert (known.phase, "somebody else" in known.error) == (Phase.ERROR, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (lab / "alice").unlink()
    (lab / "alice").mkdir()
    (lab / "alice").chmod(0o777)
    assert laid_out(bundle, alice).phase == Phase.ERROR, "others may write there"
    (lab / "alice").chmod(0o755)
    Staging.objects.all().delete()
    (lab / "alice" / bundle.folder).symlink_to(tmp_path / "elsewhere")
    assert laid_out(bundle, alice).phase == Phase.ERROR
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("path", ["../out", "/etc/x", "a/../../out", "a//b", ".", "a\0b"])
def test_no_name_leads_out(path: str, lab: Path) -> None:
    with (
        pytest.raises(ValueError, match="no path"),
        laying_out.Folder("p", "x", False).being_made("1") as made,
    ):
        made.text(path, b"")
    assert list((lab / "p").iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(bundle: Bundle, alice: User, lab: Path) -> None:
    StoredFile.objects.update(size_bytes=1 << 60)
    keys = {file.key: os.truncate(store.path_of(file.key), 1 << 40) for file in StoredFile.objects.all()}
    for key in keys:
        StoredFile.objects.filter(key=key).update(**store.facts_of(key))
    known = laid_out(bundle, alice)
    assert (known.phase, known.error) == (Phase.ERROR, laying_out.FULL)
    assert list((lab / "alice").iterdir()) == []


def test_a_file_changed_on_disk_is_not_laid_out(bundle: Bundle, alice: User, lab: Path) -> None:
    stored = StoredFile.objects.first()
    assert stored is not None
    store.path_of(stored.key).write_bytes(b"rotten")
    known = laid_out(bundle, alice)
    assert (known.phase, known.error) == (Phase.ERROR, laying_out.CHANGED)


def test_one_that_was_stopped_leaves_nothing(bundle: Bundle, alice: User, lab: Path) -> None:
    known = staging.request(bundle, alice)
    staging.take_away(known)
    staging.lay_out(known.pk)
    assert list(inside(lab)) == []
    staging.clear()
    assert not Staging.objects.exists()


def test_what_a_dead_worker_left_goes_with_the_rest(bundle: Bundle, alice: User, lab: Path) -> None:
    known = staging.request(bundle, alice)
    for name in (f".{known.pk}-old", known.place):
        (lab / "alice" / name).mkdir(parents=True)
        (lab / "alice" / name / "half").write_text("half")
    staging.lay_out(known.pk)
    folder = lab / "alice" / known.place
    assert not (folder / "half").exists()
    staging.take_away(known)
    staging.clear()
    assert list((lab / "alice").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "folder"), [("ann", "ann"), ("..", "_-7"), (".a", "a-7"), ("a@b.c", "a@b.c")]
)
def test_a_persons_folder(name: str, folder: str) -> None:
    assert staging.person_of(User(pk=7, username=name)) == folder


def test_the_rest_of_it(api: APIClient, bundle: Bundle, alice: User, lab: Path, settings: object) -> None:
    address = f"/api/v1/bundles/{bundle.pk}/staging"
    assert api.get(address).json()["phase"] is None
    answer = api.post(address)
    assert (answer.status_code, answer["Location"], answer.json()["phase"]) == (202, address, "QUEUED")
    staging.lay_out(Staging.objects.get().pk)
    told = api.get(address).json()
    assert (told["phase"], told["folder"]) == ("COMPLETED", str(lab / "alice" / bundle.folder))
    assert told["private"] is False
    assert api.delete(address).status_code == 204
    assert api.get(address).json()["phase"] is None
    settings.STAGING_DIR = ""  # type: ignore[attr-defined]
    assert error(api.post(address))[:2] == (409, "not_offered")
