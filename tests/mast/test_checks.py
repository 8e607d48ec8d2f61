"""What a fetched file must be: FITS whole to its last block and true to its sums, JSON, images, no HTML."""

import gzip
import random

import pytest

from mastportal.mast.checks import Broken, check_structure
from tests.mast.fits_bodies import fits_body

PLAIN, SUMMED = fits_body(), fits_body(checksum=True, extensions=3)
HTML = b"\n <!DOCTYPE html><title>Service unavailable</title>"


@pytest.fixture
def check(tmp_path):
    def run(name: str, body: bytes) -> None:
        path = tmp_path / "key"
        path.write_bytes(body)
        check_structure(path, name)

    return run


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a_cal.fits", PLAIN),
        ("a_cal.fits", SUMMED),
        ("a_cal.FITS", PLAIN + b"special records".ljust(2880)),
        ("a.fits.gz", gzip.compress(PLAIN)),
        ("a_asn.json", b'{"products": []}'),
        ("a.jpg", b"\xff\xd8\xff\xe0rest"),
        ("a.png", b"\x89PNG\r\n\x1a\nrest"),
        ("a_pool.csv", b"a|b\n"),
        ("a.ecsv", b""),
        ("readme.html", HTML),
    ],
)
def test_right_files_pass(check, name, body):
    check(name, body)


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("a.fits", PLAIN[:-1], "multiple of 2880"),
        ("a.fits", b"", "multiple of 2880"),
        ("a.fits", PLAIN[:-2880], "ends 2880 bytes before"),
        ("a.fits", b"X" + PLAIN[1:], "SIMPLE"),
        ("a.fits", PLAIN[:240] + b" " * 2640, "no END"),
        (
            "a.fits",
            PLAIN.replace(b"BITPIX  =                   32", b"BITPIX  =                   xx"),
            "no number",
        ),
        ("a.fits.gz", gzip.compress(PLAIN)[:-9], "compression"),
        ("a.gz", b"not gzip", "compression"),
        ("a.json", b'{"products": [', "JSON breaks at line 1"),
        ("a.json", b"\xff\xfe\xfa", "not text"),
        ("a.jpg", b"GIF89a", "JPEG"),
        ("a.png", b"", "PNG"),
        ("a.csv", HTML, "web page"),
        ("a.fits", HTML.ljust(2880), "web page"),
        ("a.json", b"<html>", "web page"),
    ],
)
def test_wrong_files_are_said_to_be(check, name, body, why):
    with pytest.raises(Broken, match=why):
        check(name, body)


def test_a_flipped_bit_anywhere_in_a_summed_file_is_seen(check):
    rng = random.Random(7)
    for _ in range(60):
        body = bytearray(SUMMED)
        body[rng.randrange(10, len(body))] ^= 1 << rng.randrange(8)
        with pytest.raises(Broken):
            check("a.fits", bytes(body))


def test_a_sum_that_says_nothing_is_not_a_wrong_one(check):
    check("a.fits", PLAIN.replace(b"EXTNAME = 'SCI0    '", b"DATASUM = '        '"))
