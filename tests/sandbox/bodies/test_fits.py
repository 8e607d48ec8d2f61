"""FITS bodies: valid, checksummed, of a known size."""

import io

import numpy as np
import pytest
from astropy.io import fits

from mastportal.sandbox.bodies import body_of
from mastportal.sandbox.bodies.fits import plans_of
from mastportal.sandbox.stages import SUFFIXES
from tests.sandbox.holding_tables import facts

EXPOSURE = "jw01176341001_02101_00001_nrca1"
FITS_SUFFIXES = sorted(name for name, suffix in SUFFIXES.items() if suffix.extension == "fits")
HST_SUFFIXES = ["raw", "flt", "flc", "drz", "drc", "x1dsum", "rawtag", "spt", "asn", "trl"]


def opened(name: str, **changes: object) -> fits.HDUList:
    """The file as astropy reads it; its checksum warnings are errors here."""
    body = body_of(facts(name, **changes))
    return fits.open(io.BytesIO(body.read(0, body.size_bytes)), checksum=True)


@pytest.mark.parametrize("suffix", FITS_SUFFIXES)
def test_jwst_files_open_with_true_checksums(suffix: str) -> None:
    with opened(f"{EXPOSURE}_{suffix}.fits") as hdus:
        hdus.verify("exception")
        assert all(hdu.data is not None for hdu in hdus[1:])


@pytest.mark.parametrize("suffix", HST_SUFFIXES)
def test_hst_files_open_with_true_checksums(suffix: str) -> None:
    with opened(f"ibkg01010_{suffix}.fits", obs_collection="HST", instrument_name="WFC3/UVIS") as hdus:
        hdus.verify("exception")
        assert hdus[0].header["TELESCOP"] == "HST"


@pytest.mark.parametrize("suffix", FITS_SUFFIXES)
@pytest.mark.parametrize("version", [0, 1, 4])
def test_the_size_is_known_before_the_bytes(suffix: str, version: int) -> None:
    body = body_of(facts(f"{EXPOSURE}_{suffix}.fits", version=version))
    assert len(body.read(0, 10**9)) == body.size_bytes


@pytest.mark.parametrize(
    ("suffix", "names"),
    [
        ("uncal", ["SCI"]),
        ("cal", ["SCI", "ERR", "DQ"]),
        ("i2d", ["SCI", "ERR", "CON", "WHT"]),
        ("s3d", ["SCI", "ERR", "DQ", "WMAP"]),
        ("x1d", ["EXTRACT1D"]),
        ("c1d", ["COMBINE1D"]),
    ],
)
def test_extensions_by_kind(suffix: str, names: list[str]) -> None:
    with opened(f"{EXPOSURE}_{suffix}.fits") as hdus:
        assert [hdu.name for hdu in hdus[1:]] == names


@pytest.mark.parametrize(("suffix", "dimensions"), [("uncal", 4), ("rateints", 3), ("s3d", 3), ("rate", 2)])
def test_dimensions_by_kind(suffix: str, dimensions: int) -> None:
    with opened(f"{EXPOSURE}_{suffix}.fits") as hdus:
        assert hdus["SCI"].data.ndim == dimensions


def test_raw_counts_are_unsigned() -> None:
    with opened(f"{EXPOSURE}_uncal.fits") as hdus:
        assert hdus["SCI"].data.dtype == np.uint16


def test_images_hold_numbers() -> None:
    with opened(f"{EXPOSURE}_cal.fits") as hdus:
        assert np.isfinite(hdus["SCI"].data).all()
        assert hdus["SCI"].data.std() > 0


def test_spectra_are_tables_with_wavelengths() -> None:
    with opened(f"{EXPOSURE}_x1d.fits") as hdus:
        assert {"WAVELENGTH", "FLUX"} <= set(hdus["EXTRACT1D"].columns.names)


@pytest.mark.parametrize("suffix", FITS_SUFFIXES)
def test_each_version_is_larger_than_the_last(suffix: str) -> None:
    sizes = [body_of(facts(f"{EXPOSURE}_{suffix}.fits", version=n)).size_bytes for n in range(4)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("file_bytes", [20_000, 64_000, 3_000_000, 50_000_000])
def test_sizes_follow_the_typical_size(file_bytes: int) -> None:
    size = body_of(facts(f"{EXPOSURE}_rate.fits", file_bytes=file_bytes)).size_bytes
    assert 0.7 * file_bytes < size < 1.3 * file_bytes + 40_000


def test_two_gigabytes_are_read_by_ranges_and_sum_up_truly() -> None:
    body = body_of(facts(f"{EXPOSURE}_rate.fits", file_bytes=2_000_000_000))
    assert body.size_bytes > 1_500_000_000
    assert len(body.read(1_200_000_001, 1_200_100_001)) == 100_000
    assert body.read(body.size_bytes - 10, body.size_bytes + 10) == bytes(10)


def test_a_large_file_has_true_checksums_too() -> None:
    with opened(f"{EXPOSURE}_rate.fits", file_bytes=30_000_000) as hdus:
        assert hdus["SCI"].header["NAXIS1"] == 2048


def test_all_extensions_of_an_image_have_one_shape() -> None:
    assert len({plan.axes for plan in plans_of("cal", 64_000)}) == 1
