"""A FITS file says of its own version what its primary header says, however odd that header is."""

import gzip
import io

import pytest
from astropy.io import fits

from mastportal.files.facts import MOST_BLOCKS, NOTHING, Facts, facts_at, header_in


def fits_file(**cards: object) -> bytes:
    hdu = fits.PrimaryHDU()
    for name, value in cards.items():
        hdu.header[name] = value
    buffer = io.BytesIO()
    fits.HDUList([hdu, fits.ImageHDU(name="SCI")]).writeto(buffer)
    return buffer.getvalue()


def told(content: bytes, tmp_path, name: str = "x_cal.fits") -> Facts:
    (tmp_path / "key").write_bytes(content)
    return facts_at(tmp_path / "key", name)


WHOLE = {"DATE": "2026-01-02T03:04:05.678", "CAL_VER": "1.20.2", "CRDS_CTX": "jwst_1464.pmap"}
FACTS = Facts(*WHOLE.values())


def test_the_three_words_are_read(tmp_path):
    assert told(fits_file(**WHOLE), tmp_path) == FACTS
    assert FACTS.as_json() == {"date": FACTS.date, "cal_ver": "1.20.2", "crds_ctx": "jwst_1464.pmap"}


def test_they_are_found_behind_many_other_cards(tmp_path):
    many = {f"K{n}": n for n in range(400)}
    assert told(fits_file(**many, **WHOLE), tmp_path) == FACTS


def test_compressed_files_are_read_too(tmp_path):
    assert told(gzip.compress(fits_file(**WHOLE)), tmp_path, "x_drz.fits.gz") == FACTS


def test_an_extension_says_nothing_of_the_file(tmp_path):
    hdus = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(name="SCI")])
    hdus[1].header["CAL_VER"] = "9"
    buffer = io.BytesIO()
    hdus.writeto(buffer)
    assert told(buffer.getvalue(), tmp_path) == NOTHING


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "x.fits"),
        (b"\x00" * 5000, "x.fits"),
        (b"CAL_VER", "x.fits"),
        (b"\xff" * 100_000, "x.fits"),
        (b"no gzip", "x.fits.gz"),
        (gzip.compress(fits_file(**WHOLE))[:200], "x.fits.gz"),
        (fits_file(**WHOLE), "x.jpg"),
    ],
    ids=["empty", "nul", "short", "latin", "no-gzip", "cut-gzip", "jpg"],
)
def test_what_is_no_fits_says_nothing(tmp_path, content, name):
    assert told(content, tmp_path, name) == NOTHING


def test_a_hostile_header_is_cut_to_what_can_be_shown():
    card = ("CAL_VER = '" + "\x00<b>\x1b" + "x" * 60).ljust(79) + "'"
    assert header_in(io.BytesIO(card.encode().ljust(2880)), ["CAL_VER"])["CAL_VER"].startswith("<b>x")


def test_a_header_without_end_is_left_unread():
    endless = io.BytesIO(b" " * 2880 * (MOST_BLOCKS + 5))
    assert header_in(endless, ["DATE"]) == {}
    assert endless.tell() == 2880 * MOST_BLOCKS
