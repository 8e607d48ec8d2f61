"""A basket streamed while its files come: order, what is left out, how far ahead is fetched, who leaves."""

import tarfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts import tokens
from accounts.audit import Event
from accounts.models import AuditEntry
from basket import filling, lines
from basket.manifest import NAMES
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase, Status
from basket.ways import streamed
from basket.ways.arrivals import AGAIN_AFTER_S, LATE, StreamOver
from mastportal.files.models import StoredFile
from mastportal.search.models import ProductList
from mastportal.tables.columns import BadQuery
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, only
from tests.basket.ways.streams import fetch_here, opened, stream_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(basket: Basket) -> Basket:
    return only(basket, "f.suffix=asn&f.calib_level=3")


def uris_of(basket: Basket, user: User) -> list[str]:
    """What the basket's selection wants, in the order of a bundle's list."""
    bundle = streamed.of_basket(basket, user, "zip")
    uris = list(bundle.files.order_by("n").values_list("data_uri", flat=True))
    bundle.delete()
    return uris


@pytest.mark.parametrize("format", ["zip", "tar"])
def test_every_file_is_the_archives_and_the_manifest_is_last(
    format: str, small: Basket, alice: User, sandbox: Sandbox
) -> None:
    bundle, pieces = stream_of(small, alice, format=format)
    content = b"".join(pieces)
    pieces.close()
    if format == "zip":
        archive = opened(content)
        inside = {name: archive.read(name) for name in archive.namelist()}
    else:
        with tarfile.open(fileobj=BytesIO(content)) as tar:
            inside = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    files = list(bundle.files.all())
    assert list(inside)[-len(NAMES) :] == [f"{bundle.folder}/{name}" for name in NAMES]
    assert len(inside) == len(files) + len(NAMES)
    for file in files:
        assert inside[f"{bundle.folder}/{file.path}"] == sandbox.body(file.data_uri)
        assert file.path in inside[f"{bundle.folder}/MANIFEST.HTML"].decode()


def test_the_first_bytes_leave_before_all_files_are_here(small: Basket, alice: User) -> None:
    asked: list[int] = []

    def first_only(file_id: int) -> None:
        asked.append(file_id)
        if len(asked) == 1:
            fetch_here(file_id)

    bundle, pieces = stream_of(small, alice, first_only)
    assert next(pieces).startswith(b"PK")
    assert bundle.files.filter(status=Status.OK).count() == 1 < bundle.files.count()
    pieces.close()


def test_who_takes_slowly_is_fetched_for_slowly(basket: Basket, alice: User, settings: object) -> None:
    settings.FETCH_CONNECTIONS = 1  # type: ignore[attr-defined]
    bundle, pieces = stream_of(only(basket, "f.suffix=asn"), alice)
    assert bundle.files.count() > filling.window() == 2
    next(pieces)
    assert bundle.files.exclude(phase=Phase.PENDING).count() == 2, "one is taken, one is ahead of it"
    list(pieces)
    pieces.close()
    assert not bundle.files.filter(phase=Phase.PENDING).exists()


def test_what_is_here_is_not_fetched(small: Basket, alice: User, sandbox: Sandbox) -> None:
    completed(bundle_of(small, alice))
    since = sandbox.mark()
    bundle, pieces = stream_of(small, alice, lambda pk: pytest.fail("nothing is to be fetched"))
    assert len(opened(b"".join(pieces)).namelist()) == bundle.files.count() + len(NAMES)
    pieces.close()
    assert not [entry for entry in sandbox.log(since) if entry["method"] == "GET"]


def test_a_failed_file_is_left_out_and_named(small: Basket, alice: User, sandbox: Sandbox) -> None:
    uri = uris_of(small, alice)[0]
    sandbox.faults({"match": uri.rsplit("/", 1)[1], "times": 99, "fault": "status", "status": 404})
    bundle, pieces = stream_of(small, alice)
    archive = opened(b"".join(pieces))
    pieces.close()
    names = [name for name in archive.namelist() if not name.endswith(NAMES)]
    assert len(names) == bundle.files.count() - 1
    told = bundle.files.get(data_uri=uri)
    assert (told.status, bool(told.error)) == (Status.MISSING, True)
    assert told.error in archive.read(f"{bundle.folder}/MANIFEST.JSON").decode()


def test_a_file_that_does_not_come_is_given_up(small: Basket, alice: User, settings: object) -> None:
    settings.STREAM_WAIT_S = 0.1  # type: ignore[attr-defined]
    bundle, pieces = stream_of(small, alice, lambda pk: None)
    archive = opened(b"".join(pieces))
    pieces.close()
    assert len(archive.namelist()) == len(NAMES)
    assert "did not come in time" in archive.read(f"{bundle.folder}/MANIFEST.CSV").decode()


def test_a_pause_is_no_longer_than_anybody_waits(
    small: Basket, alice: User, settings: Any, tmp_path: Path
) -> None:
    """Files put back again and again, for want of room, are no movement; the rest is left out at once."""
    settings.STORE_DIR, settings.STORE_SPARE_BYTES, settings.STORE_QUOTA_BYTES = tmp_path / "store", 0, 1
    settings.STREAM_WAIT_S, settings.FETCH_CONNECTIONS = AGAIN_AFTER_S + 0.1, 1
    queued: list[int] = []

    def by_a_slow_worker(file_id: int) -> None:
        queued.append(file_id)
        assert len(queued) < 8, "the stream waits for ever"
        if len(queued) > 1:
            fetch_here(queued[-2])

    bundle, pieces = stream_of(only(small, "f.suffix=asn"), alice, by_a_slow_worker)
    assert bundle.files.count() > filling.window()
    assert len(opened(b"".join(pieces)).namelist()) == len(NAMES)
    pieces.close()
    assert set(bundle.files.values_list("status", flat=True)) == {Status.FAILED}
    for file in bundle.files.all():
        assert "store is full" in file.error
        assert file.error.endswith(LATE)


def test_who_leaves_takes_the_work_along(small: Basket, alice: User) -> None:
    bundle, pieces = stream_of(small, alice, lambda pk: None)
    files = BundleFile.objects.filter(bundle=bundle)
    pieces.close()
    pieces.close()
    assert set(files.values_list("phase", flat=True)) == {Phase.ABORTED}
    assert filling.fill(files[0].pk) == filling.Turn(), "a message that comes late finds nothing to do"
    Bundle.objects.filter(pk=bundle.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    streamed.clear()
    assert not Bundle.objects.filter(pk=bundle.pk).exists()


def test_a_stream_whose_process_died_is_let_go(small: Basket, alice: User) -> None:
    bundle, _ = stream_of(small, alice, lambda pk: None)
    streamed.clear()
    assert Bundle.objects.get(pk=bundle.pk).phase == Phase.EXECUTING, "its lease still runs"
    Bundle.objects.filter(pk=bundle.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    streamed.clear()
    assert not BundleFile.objects.filter(bundle=bundle).exclude(phase=Phase.ABORTED).exists()
    streamed.clear()
    assert not Bundle.objects.filter(pk=bundle.pk).exists()


def test_a_stream_that_was_stopped_breaks_off(small: Basket, alice: User) -> None:
    bundle, pieces = stream_of(small, alice, lambda pk: streamed.let_go(bundle))
    with pytest.raises(StreamOver):
        list(pieces)
    pieces.close()


def test_too_much_is_not_streamed(small: Basket, alice: User, settings: object) -> None:
    settings.STREAM_MAX_BYTES = 10  # type: ignore[attr-defined]
    with pytest.raises(streamed.TooLarge, match="Request a bundle"):
        streamed.of_basket(small, alice, "zip")
    assert not Bundle.objects.exists()


def test_nothing_selected_and_lists_to_come(small: Basket, alice: User) -> None:
    ProductList.objects.update(phase=Phase.QUEUED)
    with pytest.raises(streamed.StillComing):
        streamed.of_basket(small, alice, "zip")
    ProductList.objects.update(phase=Phase.COMPLETED)
    lines.touch(small, selection={"preset": "none"})
    with pytest.raises(BadQuery, match="Nothing is selected"):
        streamed.of_basket(small, alice, "zip")
    assert not Bundle.objects.exists()


class TestExclusive:
    """Files under exclusive access: by the own token only, and no longer than it is there."""

    @pytest.fixture
    def secret(self, alice: User, exclusive_uri: str) -> Basket:
        basket = Basket.objects.create(name="Secret", owner=alice)
        programme = exclusive_uri.rsplit("/", 1)[1][2:7].lstrip("0")
        lines.add_files(basket, [{"dataURI": exclusive_uri, "program": programme}], alice)
        return only(basket, "")

    def test_without_a_token_they_are_named_only(self, secret: Basket, alice: User, sandbox: Sandbox) -> None:
        bundle, pieces = stream_of(secret, alice)
        assert len(opened(b"".join(pieces)).namelist()) == len(NAMES)
        pieces.close()
        assert bundle.files.get().status == Status.RESTRICTED

    def test_with_the_token_until_it_is_removed(self, secret: Basket, alice: User, sandbox: Sandbox) -> None:
        tokens.store(alice, "sandbox-token-alice")
        _, pieces = stream_of(secret, alice)
        assert len(opened(b"".join(pieces)).namelist()) == 1 + len(NAMES)
        pieces.close()
        assert StoredFile.objects.get().access == "RESTRICTED"
        bundle, pieces = stream_of(secret, alice)
        tokens.forget(alice)
        names = opened(b"".join(pieces)).namelist()
        pieces.close()
        assert len(names) == len(NAMES), "the token went before the file's first byte"
        assert bundle.files.get().status == Status.RESTRICTED
        (served,) = AuditEntry.objects.filter(event=Event.BYTES_SERVED)
        assert served.facts["bytes"] >= (StoredFile.objects.get().size_bytes or 0) > 0
