"""An archive that gives neither ETag nor Last-Modified: its files' own headers tell whether they are new."""

import io
from collections.abc import Iterator

import pytest
from astropy.io import fits
from django.utils import timezone

from mastportal.files import fetching
from mastportal.files.models import StoredFile
from tests.mast.byte_server import ByteServer, serving

pytestmark = pytest.mark.django_db
URI, TEXT = "mast:JWST/product/jw01_cal.fits", "mast:JWST/product/jw01_cat.txt"


def body(cal_ver: str) -> bytes:
    """Always as long; the pixels say nothing."""
    hdu = fits.PrimaryHDU()
    hdu.header["DATE"], hdu.header["CAL_VER"] = "2026-01-02T03:04:05.678", cal_ver
    buffer = io.BytesIO()
    fits.HDUList([hdu, fits.ImageHDU(name="SCI")]).writeto(buffer)
    return buffer.getvalue()


@pytest.fixture
def archive(settings) -> Iterator[ByteServer]:
    with serving() as server:
        settings.ARCHIVE_URL = server.url
        server.files |= {URI: body("1.19.0"), TEXT: b"a"}
        server.etags |= {URI: "", TEXT: ""}
        yield server


def use(uri: str = URI) -> StoredFile:
    facts = {"programme": "", "release_mjd": None, "size_bytes": None}
    return fetching.obtain(uri, user=None, asked_at=timezone.now(), **facts)


def asked(archive: ByteServer) -> list[tuple[str, bool]]:
    return [(seen.method, bool(seen.range)) for seen in archive.seen]


def test_a_header_made_anew_is_a_new_version(archive):
    old = use()
    archive.seen.clear()
    assert use() == old
    assert asked(archive) == [("HEAD", False), ("GET", True)]
    archive.files[URI] = body("1.20.0")
    new = use()
    assert (new.version, new.cal_ver, new.size_bytes) == (2, "1.20.0", old.size_bytes)


def test_what_has_no_header_is_told_by_its_length(archive):
    old = use(TEXT)
    assert use(TEXT) == old
    archive.files[TEXT] = b"ab"
    assert use(TEXT).version == 2
