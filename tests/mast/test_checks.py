"""What a fetched file must be: FITS whole to its last block and true to its sums, JSON, images, no HTML."""

import gzip
import io
import random

import pytest
from PIL import Image

from mastportal.mast import checks
from mastportal.mast.checks import Broken, check_structure
from tests.mast.fits_bodies import fits_body


def image(kind: str) -> bytes:
    """Noise, as an image file."""
    out = io.BytesIO()
    Image.frombytes("L", (64, 64), random.Random(3).randbytes(4096)).save(out, kind)
    return out.getvalue()


PLAIN, SUMMED = fits_body(), fits_body(checksum=True, extensions=3)
JPEG, PNG = image("JPEG"), image("PNG")
PACKED = gzip.compress(PLAIN)
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
        ("a.fits.gz", PACKED),
        ("a_asn.json", b'{"products": []}'),
        ("a.jpg", JPEG),
        ("a.jpeg", JPEG + b"\0" * 100),
        ("a.png", PNG),
        ("a.png", PNG + b"\n"),
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
        ("a.fits", SUMMED.replace(b"XTENSION", b"YTENSION", 1), "no extension"),
        ("a.fits", b"BHECKSUM".join(SUMMED.rsplit(b"CHECKSUM", 1)), "lost a sum"),
        # The data would end where the header begins, which would be walked again without end.
        (
            "a.fits",
            PLAIN.replace(b"NAXIS1  =                 5000", b"NAXIS1  =                 -720"),
            "below",
        ),
        (
            "a.fits",
            PLAIN.replace(b"NAXIS   =                    1", b"NAXIS   =            999999999"),
            "axes",
        ),
        ("a.fits.gz", PACKED[:-9], "compression"),
        ("a.fits.gz", PACKED[:10] + b"\xff" + PACKED[11:], "compression"),
        ("a.gz", b"not gzip", "compression"),
        ("a.json", b'{"products": [', "JSON breaks at line 1"),
        ("a.json", b"\xff\xfe\xfa", "not text"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.jpg", b"GIF89a", "JPEG"),
        ("a.png", b"", "PNG"),
        ("a.jpg", JPEG[:-2], "ends before"),
        ("a.jpg", JPEG[: len(JPEG) // 2], "ends before"),
        ("a.jpg", b"\xff\xd8\xff", "ends before"),
        ("a.png", PNG[:8], "last chunk"),
        ("a.png", PNG[:-12], "last chunk"),
        ("a.png", PNG[: len(PNG) // 2], "middle of a chunk"),
        ("a.png", PNG[:8] + b"\xff\xff\xff\xffIDAT", "middle of a chunk"),
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


def test_a_flipped_bit_in_any_chunk_of_a_png_is_seen(check):
    rng = random.Random(7)
    for _ in range(40):
        body = bytearray(PNG)
        body[rng.randrange(8, len(body))] ^= 1 << rng.randrange(8)
        with pytest.raises(Broken):
            check("a.png", bytes(body))


@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz"])
def test_whoever_waits_is_told_while_a_large_file_is_checked(tmp_path, name):
    body, told = fits_body(2_000_000, checksum=True), []
    path = tmp_path / "key"
    path.write_bytes(gzip.compress(body, 0) if name.endswith(".gz") else body)
    check_structure(path, name, lambda: told.append(name))
    assert len(told) > 2


def test_a_sum_that_says_nothing_is_not_a_wrong_one(check):
    check("a.fits", PLAIN.replace(b"EXTNAME = 'SCI0    '", b"DATASUM = '        '"))


def test_json_too_long_to_be_parsed_is_looked_at_from_its_end(check):
    body = b'{"products": [' + b"1," * checks.PARSED_JSON_BYTES + b"1]}\n"
    check("a_asn.json", body)
    with pytest.raises(Broken, match="no end"):
        check("a_asn.json", body[:-4])
