"""The end of a bundle: its archive as zipfile and tarfile see it, against its manifest."""

import hashlib
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from isal import isal_zlib

from basket import bundles, finishing
from basket.archive import Layout
from basket.finishing import manifest_html, manifest_json, manifest_rows
from basket.manifest import NAMES, as_checksums, as_csv, json_text
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files.models import StoredFile

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
MANIFESTS = [f"MAST_x/{name}" for name in NAMES]
PATHS = ["JWST/jw_a/a_cal.fits", "JWST/jw_b/été 星.fits", "HST/j8/empty.fits"]


class Bundled:
    """A bundle whose files' bytes are kept here instead of in the store."""

    def __init__(self, owner: User, format: str = "zip") -> None:
        self.bundle = Bundle.objects.create(
            name="b", owner=owner, folder="MAST_x", format=format, phase=Phase.EXECUTING
        )
        self.bytes: dict[str, bytes] = {}

    def put(self, path: str, content: bytes) -> BundleFile:
        key = f"key-{len(self.bytes)}"
        self.bytes[key] = content
        facts = {"size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        stored = StoredFile.objects.create(
            data_uri=f"mast:{path}",
            key=key,
            phase="COMPLETED",
            access="PUBLIC",
            crc32=isal_zlib.crc32(content),
            last_modified=WHEN,
            **facts,
        )
        return self.line(path, Status.OK, stored_file=stored, phase=Phase.COMPLETED, **facts)

    def line(self, path: str, status: str, **fields: object) -> BundleFile:
        n = BundleFile.objects.count()
        told = {"data_uri": f"mast:{path}", "path": path, "access": "PUBLIC", "phase": Phase.ERROR}
        return BundleFile.objects.create(bundle=self.bundle, n=n, status=status, **(told | fields))

    def finished(self) -> Bundle:
        assert finishing.finish(self.bundle.pk)
        self.bundle.refresh_from_db()
        return self.bundle

    def content(self) -> bytes:
        layout = Layout.from_bytes(bytes(self.bundle.plan or b""))
        return b"".join(layout.read(0, layout.size, self._read))

    def _read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        yield self.bytes[key][start:stop]


@pytest.fixture
def bundled(alice: User) -> Bundled:
    """Three files of all kinds of names, one of them empty."""
    made = Bundled(alice)
    for n, path in enumerate(PATHS):
        made.put(path, bytes([n]) * 1000 * (2 - n))
    return made


def test_zipfile_sees_what_the_manifest_says(bundled: Bundled) -> None:
    bundle = bundled.finished()
    archive = zipfile.ZipFile(io.BytesIO(bundled.content()))
    assert archive.testzip() is None
    assert archive.namelist() == [*MANIFESTS, *(f"MAST_x/{path}" for path in PATHS)]
    for row in manifest_rows(bundle):
        content = archive.read(f"MAST_x/{row.path}")
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.size, row.sha256)


def test_tarfile_sees_what_the_manifest_says(alice: User) -> None:
    made = Bundled(alice, "tar")
    made.put(PATHS[1], b"x" * 513)
    bundle = made.finished()
    with tarfile.open(fileobj=io.BytesIO(made.content())) as archive:
        assert archive.getnames() == [*MANIFESTS, f"MAST_x/{PATHS[1]}"]
        assert archive.extractfile(f"MAST_x/{PATHS[1]}").read() == b"x" * 513
    assert bundle.file_name == "MAST_x.tar"


def test_size_and_etag_are_of_the_bytes_that_leave(bundled: Bundled) -> None:
    bundle = bundled.finished()
    assert bundle.size_bytes == len(bundled.content())
    assert bundle.etag == Layout.from_bytes(bytes(bundle.plan)).etag


def test_what_lies_beside_the_files_checks_them(bundled: Bundled, tmp_path: Path) -> None:
    """`sha256sum -c SHA256SUMS` inside the unpacked folder."""
    bundled.line("JWST/lost/lost.fits", Status.FAILED, error="gone", sha256="a" * 64)
    bundled.finished()
    zipfile.ZipFile(io.BytesIO(bundled.content())).extractall(tmp_path)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path / "MAST_x", capture_output=True, text=True)
    assert (done.returncode, done.stdout.count(": OK")) == (0, len(PATHS)), done.stderr


def test_the_twins_inside_are_those_at_the_door(bundled: Bundled) -> None:
    bundle = bundled.finished()
    inside = zipfile.ZipFile(io.BytesIO(bundled.content()))
    rows = manifest_rows(bundle)
    told = {name: inside.read(f"MAST_x/{name}").decode() for name in NAMES}
    assert told["MANIFEST.JSON"] == json_text(manifest_json(bundle))
    assert told["MANIFEST.CSV"] == as_csv(rows)
    assert told["SHA256SUMS"] == as_checksums(rows)


def test_it_says_who_asked_when_and_for_what(bundled: Bundled) -> None:
    Bundle.objects.update(asked="Basket “M 57”.\nSelected: Everything.")
    bundle = bundled.finished()
    assert manifest_json(bundle)["asked"] == {
        "by": "alice",
        "at": bundle.created_at.isoformat(),
        "words": "Basket “M 57”.\nSelected: Everything.",
    }
    assert "Selected: Everything." in bundle.manifest


def test_the_manifest_inside_is_the_one_that_is_shown(bundled: Bundled) -> None:
    bundle = bundled.finished()
    inside = zipfile.ZipFile(io.BytesIO(bundled.content())).read("MAST_x/MANIFEST.HTML")
    assert inside.decode() == manifest_html(bundle) == bundle.manifest


def test_files_keep_the_archives_times(bundled: Bundled) -> None:
    bundled.finished()
    members = zipfile.ZipFile(io.BytesIO(bundled.content())).infolist()[len(MANIFESTS) :]
    assert {member.date_time for member in members} == {(2026, 3, 4, 5, 6, 8)}


@pytest.mark.parametrize("status", [Status.FAILED, Status.RESTRICTED, Status.MISSING, Status.REMOTE])
def test_what_is_not_there_is_named_with_its_reason(bundled: Bundled, status: str) -> None:
    bundled.line("JWST/lost/lost.fits", status, error="It is <away> & gone.")
    bundle = bundled.finished()
    assert "lost.fits" not in " ".join(zipfile.ZipFile(io.BytesIO(bundled.content())).namelist())
    assert f"<td>{status}</td><td>It is &lt;away&gt; &amp; gone.</td>" in bundle.manifest


def test_one_file_that_waits_holds_it_up(bundled: Bundled) -> None:
    last = bundled.line("JWST/x/last.fits", Status.WAITING, phase=Phase.PENDING)
    assert not finishing.finish(bundled.bundle.pk)
    BundleFile.objects.filter(pk=last.pk).update(status=Status.FAILED)
    assert finishing.finish(bundled.bundle.pk)


def test_finished_is_finished(bundled: Bundled) -> None:
    """A second message does not lay it out anew, though a manifest made later would differ."""
    before = bundled.finished()
    facts = (before.etag, before.ended_at, before.manifest, before.expires_at)
    assert not finishing.finish(before.pk)
    before.refresh_from_db()
    assert facts == (before.etag, before.ended_at, before.manifest, before.expires_at)


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.ABORTED, Phase.ERROR, Phase.COMPLETED])
def test_only_a_bundle_under_way_is_finished(bundled: Bundled, phase: str) -> None:
    Bundle.objects.update(phase=phase)
    assert not finishing.finish(bundled.bundle.pk)
    assert Bundle.objects.get().plan is None


def test_all_given_up_leaves_the_manifest_alone(alice: User) -> None:
    made = Bundled(alice)
    made.line("JWST/x/x.fits", Status.MISSING, error="gone")
    bundle = made.finished()
    assert bundle.is_ready
    assert zipfile.ZipFile(io.BytesIO(made.content())).namelist() == MANIFESTS


def test_before_its_end_the_manifest_tells_how_things_stand(bundled: Bundled) -> None:
    bundled.line("JWST/x/late.fits", Status.WAITING, expected_bytes=12345)
    page = manifest_html(bundled.bundle)
    assert "late.fits" in page
    assert "12345" in page
    assert bundled.bundle.manifest == ""


def test_of_a_stopped_bundle_what_had_not_come_says_why(bundled: Bundled) -> None:
    bundled.line("JWST/x/late.fits", Status.WAITING, phase=Phase.QUEUED)
    assert manifest_json(bundled.bundle)["files"][-1]["status"] == ""
    bundles.stop(bundled.bundle)
    bundled.bundle.refresh_from_db()
    late = manifest_json(bundled.bundle)["files"][-1]
    assert (late["status"], late["reason"]) == (Status.FAILED, finishing.STOPPED)
    assert finishing.STOPPED in manifest_html(bundled.bundle)


def test_it_remembers_how_it_came_and_until_when_it_is_kept(bundled: Bundled) -> None:
    bundle = bundled.finished()
    assert (bundle.summary["total"], bundle.summary["done"]) == (3, 3)
    assert bundle.phase == Phase.COMPLETED
    assert bundle.expires_at > bundle.ended_at
