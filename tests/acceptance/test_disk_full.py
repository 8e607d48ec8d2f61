"""A full disk, or a quota that is used up: the bundle waits and says so, others do not notice, it goes on."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import ResearchGroup
from basket import bundles, filling, tasks
from basket.models import Basket, Bundle
from basket.phases import Phase, Status
from mastportal.files import fetching, room, store
from mastportal.files.models import StoredFile
from tests.acceptance.journey import unpacked
from tests.archive import Sandbox
from tests.basket.make import basket_of, bundle_of, completed, content, fill_all, only
from tests.disks import mounted
from tests.people import client_of

pytestmark = pytest.mark.django_db
ROOM_BYTES = 40_000
# Some of many kinds and lengths; the association tables are what another bundle has already.
FEW = "f.suffix=asn&f.calib_level=3"
SEVERAL = "f.suffix=asn&f.suffix=i2d&f.suffix=segm&f.suffix=cat&f.calib_level=3"
OTHERS = "f.suffix=cal&f.detector=NRCA1"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB in memory; skips where none can be mounted."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=8m,nr_inodes=200", "tmpfs") as disk:
        yield disk


@pytest.fixture
def basket(alice: User, sandbox: Sandbox) -> Basket:
    return basket_of(alice, 1, group=ResearchGroup.objects.get(name="Demo group"))


@pytest.fixture
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.STORE_DIR, settings.STORE_SPARE_BYTES = tmp_path / "store", 0


def sweep(bundle: Bundle) -> Bundle:
    """What beat and the workers do, in this process."""
    tasks.go_on(str(bundle.pk))
    queued = bundle.files.filter(phase=Phase.QUEUED)
    fill_all(list(queued.values_list("pk", flat=True)))
    while ids := [] if Bundle.objects.get(pk=bundle.pk).waits_for else filling.top_up(bundle.pk):
        fill_all(ids)
    tasks.sweep()
    bundle.refresh_from_db()
    return bundle


def see_it_through(
    basket: Basket, sandbox: Sandbox, fill_up: Callable[[], None], make_room: Callable[[], None]
) -> None:
    """The whole story; `fill_up` leaves too little room for a second bundle, `make_room` takes that back."""
    small = completed(bundle_of(only(basket, FEW), basket.owner))
    assert small.is_ready
    bytes_of_small, rows = content(small), list(StoredFile.objects.order_by("pk").values())
    bundle = bundle_of(only(basket, SEVERAL), basket.owner)
    assert bundles.freeze(bundle.pk)
    fill_up()
    paused = sweep(bundle)
    assert (paused.phase, bool(paused.waits_for)) == (Phase.EXECUTING, True)
    assert sweep(bundle).waits_for == paused.waits_for, "it says so until there is room"
    told = client_of(basket.owner).get(f"/api/v1/bundles/{bundle.pk}").json()
    assert "full" in told["waits_for"]
    assert not set(bundle.files.values_list("status", flat=True)) & {Status.FAILED, Status.MISSING}
    assert completed(bundle_of(only(basket, FEW), basket.owner)).is_ready, "others go on"
    assert content(small) == bytes_of_small
    changing = {"last_used_at", "checked_at"}
    after = StoredFile.objects.filter(pk__in=[row["id"] for row in rows]).order_by("pk").values()
    assert [_without(row, changing) for row in after] == [_without(row, changing) for row in rows]
    make_room()
    for _ in range(50):
        if sweep(bundle).phase != Phase.EXECUTING:
            break
    assert (bundle.is_ready, bundle.waits_for) == (True, "")
    assert set(bundle.files.values_list("status", "attempts", "error")) <= {
        (Status.OK, n, "") for n in (0, 1)
    }
    members = unpacked(content(bundle))
    for file in bundle.files.all():
        assert members[file.path] == sandbox.body(file.data_uri)


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_the_stores_quota_is_used_up(
    basket: Basket, sandbox: Sandbox, settings: Any, own_store: None
) -> None:
    def fill_up() -> None:
        settings.STORE_QUOTA_BYTES = 10**9
        now = timezone.now() + timedelta(days=1)
        size = 10**9 - room.used_bytes() - ROOM_BYTES
        StoredFile.objects.create(
            data_uri="mast:x/y", key="f" * 32, phase=Phase.COMPLETED, size_bytes=size, last_used_at=now
        )

    see_it_through(basket, sandbox, fill_up, StoredFile.objects.filter(data_uri="mast:x/y").delete)


def test_the_groups_share_is_used_up_until_a_bundle_of_it_expires(
    basket: Basket, sandbox: Sandbox, settings: Any, own_store: None
) -> None:
    group = ResearchGroup.objects.filter(pk=basket.group_id)
    old = bundle_of(only(basket, OTHERS), basket.owner)

    def fill_up() -> None:
        assert completed(old).is_ready
        needed = sum(StoredFile.objects.values_list("size_bytes", flat=True))
        group.update(quota_bytes=needed + ROOM_BYTES)

    def make_room() -> None:
        Bundle.objects.filter(pk=old.pk).update(expires_at=timezone.now())
        bundles.expire()
        StoredFile.objects.update(last_used_at=timezone.now() - timedelta(days=1))

    see_it_through(basket, sandbox, fill_up, make_room)
    assert StoredFile.objects.filter(phase=Phase.ABORTED).exists()
    assert room.used_bytes(basket.group_id) <= group.get().quota_bytes


def test_the_disk_is_full_of_what_others_lay_there(
    basket: Basket, sandbox: Sandbox, settings: Any, disk: Path
) -> None:
    settings.STORE_DIR, settings.STORE_SPARE_BYTES = disk / "store", 0
    filler = disk / "of-others"

    def fill_up() -> None:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        filler.write_bytes(bytes(free - ROOM_BYTES))

    see_it_through(basket, sandbox, fill_up, filler.unlink)


def test_the_disk_says_that_it_is_full_though_it_looked_free(
    basket: Basket, sandbox: Sandbox, settings: Any, disk: Path
) -> None:
    """As with a quota of the file system's own: the write itself fails, at any moment."""
    settings.STORE_DIR, settings.STORE_SPARE_BYTES = disk / "store", 0

    def fill_up() -> None:
        for n in range(os.statvfs(disk).f_favail):
            (disk / f"empty-{n}").touch()

    def make_room() -> None:
        for path in disk.glob("empty-*"):
            path.unlink()

    see_it_through(basket, sandbox, fill_up, make_room)
    assert not list(disk.glob("store/??/??/*.part"))


def test_a_file_that_is_longer_than_was_listed_waits_in_the_middle(
    sandbox: Sandbox, settings: Any, own_store: None, basket: Basket
) -> None:
    """What comes beyond its reservation is reserved anew before it is kept."""
    file = completed(bundle_of(only(basket, OTHERS), basket.owner)).files.first()
    assert file is not None
    StoredFile.objects.filter(pk=file.stored_file_id).update(phase=Phase.ERROR)
    settings.STORE_QUOTA_BYTES = room.used_bytes() + 1000
    with pytest.raises(fetching.StoreFull):
        fetching.obtain(file.data_uri, user=None, programme="", release_mjd=None, size_bytes=900)
    assert room.used_bytes() < settings.STORE_QUOTA_BYTES


def test_what_rotted_and_is_lost_is_said_by_its_bundle(
    basket: Basket, sandbox: Sandbox, own_store: None
) -> None:
    bundle = completed(bundle_of(only(basket, OTHERS), basket.owner))
    file = bundle.files.select_related("stored_file").first()
    assert file is not None
    assert file.stored_file is not None
    store.path_of(file.stored_file.key).write_bytes(b"rotten")
    sandbox.replace(file.data_uri)
    StoredFile.objects.update(fetched_at=timezone.now() - timedelta(days=1))
    with pytest.raises(CommandError, match="Not all files were sound"):
        call_command("files", "verify", stdout=StringIO())
    bundle.refresh_from_db()
    assert f"{file.stored_file.name} is lost" in bundle.notes[-1]
    assert "Make this bundle again" in bundle.notes[-1]
    again = completed(bundles.again(bundle, basket.owner))
    assert again.is_ready
    members = unpacked(content(again))
    assert members[file.path] == sandbox.body(file.data_uri)
