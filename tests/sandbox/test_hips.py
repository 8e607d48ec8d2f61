"""The survey of bright stars: where stars lie on tiles, by cdshealpix, and what is served where."""

import io

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import Latitude, Longitude
from cdshealpix.nested import healpix_to_lonlat, lonlat_to_healpix
from PIL import Image

from mastportal.sandbox.hips_pixels import corner, directions, places
from mastportal.sandbox.hips_stars import stars
from mastportal.sandbox.hips_tiles import pixels, tile
from mastportal.sandbox.sky import unit_vectors
from tests.sandbox.asking import Asking

# J2000, from SIMBAD.
BRIGHT = {"Vega": (279.23473, 38.78369), "Sirius": (101.28716, -16.71612), "Polaris": (37.95456, 89.26411)}


def _pixel(ra_deg: float, dec_deg: float, order: int) -> int:
    return int(lonlat_to_healpix(Longitude([ra_deg] * u.deg), Latitude([dec_deg] * u.deg), order)[0])


def _row_and_column(pixel: int) -> tuple[int, int]:
    row, column = (sum((pixel >> 2 * bit + odd & 1) << bit for bit in range(9)) for odd in (0, 1))
    return row, column


@pytest.mark.parametrize("order", [0, 3, 6, 9])
@pytest.mark.parametrize("name", BRIGHT)
def test_a_bright_star_lies_at_its_healpix_pixel(name: str, order: int) -> None:
    pixel = _pixel(*BRIGHT[name], order + 9)
    light = pixels(order, pixel >> 18).sum(axis=2, dtype=np.int64)
    row, column = _row_and_column(pixel % (1 << 18))
    assert light[row, column] >= light.max() - 12
    around = np.s_[max(0, row - 9) : row + 10, max(0, column - 9) : column + 10]
    grid = np.indices(light.shape)[(slice(None), *around)]
    weight = light[around] > 500
    # A disc that the tile's edge cuts has its middle elsewhere.
    if 9 <= row < 503 and 9 <= column < 503 and order > 0:
        assert abs((grid[0] * weight).sum() / weight.sum() - row) < 1
        assert abs((grid[1] * weight).sum() / weight.sum() - column) < 1


def test_pixels_by_another_implementation() -> None:
    random = np.random.default_rng(3)
    dec = np.concatenate([np.degrees(np.arcsin(random.uniform(-1, 1, 4000))), [90, -90, 0, 41.81, -41.82]])
    ra = np.concatenate([random.uniform(0, 360, 4000), [10, 200, 0, 90, 359.9999]])
    face, x, y = places(np.radians(ra), np.radians(dec))
    reference = lonlat_to_healpix(Longitude(ra * u.deg), Latitude(dec * u.deg), 9).astype(np.int64)
    found = [corner(9, int(pixel)) for pixel in reference]
    assert [f for f, _, _ in found] == face.tolist()
    assert np.abs(np.array([at for _, at, _ in found]) + 0.5 - x * 512).max() <= 0.5 + 1e-6
    assert np.abs(np.array([at for _, _, at in found]) + 0.5 - y * 512).max() <= 0.5 + 1e-6
    lon, lat = healpix_to_lonlat(reference, 9)
    middles = np.array([directions(f, (a + 0.5) / 512, (b + 0.5) / 512) for f, a, b in found])
    assert np.allclose(middles, unit_vectors(lon.deg, lat.deg), atol=1e-12)


def test_neighbours_share_the_stars_on_their_edges() -> None:
    """Along every seam of the sphere a star's light goes on in the next tile."""
    sky, cut = stars(), 0
    for star in range(len(sky.face) - 400, len(sky.face)):
        x, y = sky.x[star] * 512, sky.y[star] * 512
        if min(x, y, 512 - x, 512 - y) > 1 or sky.magnitude[star] > 4:
            continue
        ra, dec = (
            np.degrees(np.arctan2(*sky.direction[star][1::-1])),
            np.degrees(np.arcsin(sky.direction[star][2])),
        )
        near = {
            _pixel(ra + a / np.cos(np.radians(dec)), dec + b, 9)
            for a in (-0.2, 0, 0.2)
            for b in (-0.2, 0, 0.2)
        }
        for pixel in near:
            row, column = _row_and_column(pixel % (1 << 18))
            assert pixels(0, pixel >> 18)[row, column].sum() > 100
        cut += len({pixel >> 18 for pixel in near}) > 1
    assert cut


def test_the_same_tile_every_time() -> None:
    first = tile(3, 100, "png")
    tile.cache_clear()
    assert tile(3, 100, "png") == first
    assert tile.cache_info().maxsize == 256


def test_properties(asking: Asking) -> None:
    answer = asking.http.get("/hips/stars/properties")
    said = dict(map(str.strip, line.split("=", 1)) for line in answer.text.splitlines())
    assert said["dataproduct_type"] == "image"
    assert said["hips_frame"] == "equatorial"
    assert (said["hips_order"], said["hips_tile_width"]) == ("9", "512")
    assert said["hips_tile_format"].split() == ["jpeg", "png"]
    required = {"creator_did", "obs_title", "hips_version", "hips_release_date", "hips_status"}
    assert required <= said.keys()
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("Norder3/Dir0/Npix448.jpg", "JPEG", (512, 512)),
        ("Norder3/Dir0/Npix448.png", "PNG", (512, 512)),
        ("Norder9/Dir3140000/Npix3145727.jpg", "JPEG", (512, 512)),
        ("Norder3/Allsky.jpg", "JPEG", (1728, 1856)),
    ],
)
def test_images(asking: Asking, name: str, kind: str, size: tuple[int, int]) -> None:
    answer = asking.http.get(f"/hips/stars/{name}")
    assert answer.headers["content-type"] == f"image/{kind.lower()}"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age" in answer.headers["cache-control"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.size) == (kind, size)


@pytest.mark.parametrize(
    "name",
    [
        "Norder3/Dir0/Npix768.jpg", "Norder3/Dir10000/Npix5.jpg", "Norder10/Dir0/Npix0.jpg",
        "Norder3/Dir0/Npix-1.jpg", "Norder3/Dir0/Npix1.fits", "Norder4/Allsky.jpg", "Moc.fit",
        "Norder3/Dir0/Npix٣.jpg", "../../whoami",
    ],
)  # fmt: skip
def test_what_the_survey_has_not(asking: Asking, name: str) -> None:
    assert asking.http.get(f"/hips/stars/{name}".replace("..", "%2e%2e")).status_code == 404


def test_it_is_read_only(asking: Asking) -> None:
    assert asking.http.post("/hips/stars/properties").status_code == 405
