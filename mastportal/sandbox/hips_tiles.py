"""HiPS tiles of the stars, drawn when asked for: a tile of order k shows nested pixels of order k + 9.

Image rows count the even bits of a pixel's number, columns the odd ones. Knows no addresses.
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image

from .hips_pixels import Floats, Ints, corner, directions
from .hips_stars import stars

TILE_PIXELS = 512
ALLSKY_PIXELS = 64
ALLSKY_COLUMNS = 27
_ALLSKY_ORDER = 3
_KEPT_TILES = 256
_GROUND = np.array([7, 9, 15], dtype=np.float64)
# Fainter stars would only be noise on the wide tiles.
_FAINTEST = {0: 7.0, 1: 7.5, 2: 8.5}
_MAX_REACH = 14
# Blue-white at B-V -0.3, white near 0, orange-red from 1.6; Hipparcos gives B-V in magnitudes.
_COLOURS = (
    np.array([-0.4, 0.0, 0.4, 0.8, 1.4, 2.0]),
    np.array(
        [[172, 200, 255], [235, 241, 255], [255, 250, 238], [255, 232, 202], [255, 205, 158], [255, 178, 128]]
    ),
)


@lru_cache(maxsize=_KEPT_TILES)
def tile(order: int, number: int, kind: str) -> bytes:
    """One tile as JPEG or PNG bytes, the same ones every time; the last 256 are kept."""
    return _encoded(pixels(order, number), kind)


@lru_cache(maxsize=2)
def allsky(kind: str) -> bytes:
    """The 768 tiles of order 3 at 64 pixels each, 27 in a row."""
    count = 12 * 4**_ALLSKY_ORDER
    rows = -(-count // ALLSKY_COLUMNS)
    sheet = np.zeros((rows * ALLSKY_PIXELS, ALLSKY_COLUMNS * ALLSKY_PIXELS, 3), dtype=np.uint8)
    faces = [pixels(0, face) for face in range(12)]
    for number in range(count):
        face, *inside = corner(_ALLSKY_ORDER, number)
        x, y = (at * ALLSKY_PIXELS for at in inside)
        top, left = (at * ALLSKY_PIXELS for at in divmod(number, ALLSKY_COLUMNS))
        sheet[top : top + ALLSKY_PIXELS, left : left + ALLSKY_PIXELS] = faces[face][
            x : x + ALLSKY_PIXELS, y : y + ALLSKY_PIXELS
        ]
    return _encoded(sheet, kind)


def pixels(order: int, number: int) -> np.ndarray:
    """One tile as red, green, blue of 8 bits, shape (512, 512, 3)."""
    face, tile_x, tile_y = corner(order, number)
    side = TILE_PIXELS << order
    sky = stars()
    bright = np.searchsorted(-sky.magnitude, -_FAINTEST.get(order, np.inf))
    chosen, x, y = _near(order, face, tile_x, tile_y, int(bright))
    light = np.zeros((TILE_PIXELS * TILE_PIXELS, 3))
    spread = _spread(sky.magnitude[chosen])
    reach = np.minimum(np.ceil(3 * spread).astype(np.int64), _MAX_REACH)
    colour = _colour(sky.colour[chosen]) * _peak(sky.magnitude[chosen])[:, None]
    for each in np.unique(reach):
        group = reach == each
        _draw(light, (face, tile_x, tile_y, side), (x[group], y[group]),
              sky.direction[chosen[group]], spread[group], colour[group], int(each))  # fmt: skip
    image = _GROUND + light * (1 - _GROUND / 255)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8).reshape(TILE_PIXELS, TILE_PIXELS, 3)


def _near(order: int, face: int, tile_x: int, tile_y: int, bright: int) -> tuple[Ints, Ints, Ints]:
    """Stars whose disc may touch a tile, and the tile's pixel that is nearest to each."""
    sky, tiles = stars(), 1 << order
    margin = _MAX_REACH / TILE_PIXELS
    x, y = sky.x[bright:] * tiles - tile_x, sky.y[bright:] * tiles - tile_y
    own = (sky.face[bright:] == face) & (np.abs(x - 0.5) < 0.5 + margin) & (np.abs(y - 0.5) < 0.5 + margin)
    inside = np.flatnonzero(own)
    edge_x, edge_y = _edge()
    edge = directions(face, (edge_x + tile_x) / tiles, (edge_y + tile_y) / tiles)
    centre = directions(face, np.array((tile_x + 0.5) / tiles), np.array((tile_y + 0.5) / tiles))
    corner_cosine = (edge @ centre).min()
    widest = np.arccos(np.clip(corner_cosine, -1, 1)) * (1 + 4 * margin)
    around = np.flatnonzero(~own & (sky.direction[bright:] @ centre > np.cos(min(widest, np.pi))))
    closest = (sky.direction[bright:][around] @ edge.T).argmax(axis=1) if len(around) else around
    at_x = np.concatenate([x[inside], edge_x[closest]]) * TILE_PIXELS
    at_y = np.concatenate([y[inside], edge_y[closest]]) * TILE_PIXELS
    return bright + np.concatenate([inside, around]), at_x.astype(np.int64), at_y.astype(np.int64)


@lru_cache(maxsize=1)
def _edge() -> tuple[Floats, Floats]:
    """Points along a tile's four sides, in tiles."""
    along, zero, one = np.linspace(0, 1, 65), np.zeros(65), np.ones(65)
    return np.concatenate([along, along, zero, one]), np.concatenate([zero, one, along, along])


def _draw(
    light: Floats, tile_at: tuple[int, int, int, int], at: tuple[Ints, Ints], direction: Floats,
    spread: Floats, colour: Floats, reach: int,
) -> None:  # fmt: skip
    """Lays round discs on the sky, wherever their pixels lie on the tile."""
    face, tile_x, tile_y, side = tile_at
    step = np.arange(-reach, reach + 1)
    x = at[0][:, None, None] + step[None, :, None] + np.zeros_like(step)[None, None, :]
    y = at[1][:, None, None] + step[None, None, :] + np.zeros_like(step)[None, :, None]
    star, row, column = np.nonzero((x >= 0) & (x < TILE_PIXELS) & (y >= 0) & (y < TILE_PIXELS))
    x, y = x[star, row, column], y[star, row, column]
    seen = directions(face, (x + 0.5 + tile_x * TILE_PIXELS) / side, (y + 0.5 + tile_y * TILE_PIXELS) / side)
    pixel_rad = np.sqrt(np.pi / 3) / side
    distance = np.linalg.norm(seen - direction[star], axis=1) / pixel_rad
    strength = np.exp(-0.5 * (distance / spread[star]) ** 2)
    # The brighter light wins: two close stars never outshine a brighter one.
    np.maximum.at(light, x * TILE_PIXELS + y, strength[:, None] * colour[star])


def _spread(magnitude: Floats) -> Floats:
    """Width of a star's disc in pixels."""
    spread: Floats = 0.8 + 0.42 * np.maximum(0, 6.5 - magnitude)
    return spread


def _peak(magnitude: Floats) -> Floats:
    """Brightness of a disc's middle: 1 at magnitude 3, more is overexposed to white."""
    peak: Floats = np.where(
        magnitude > 3, np.maximum(0.25, 1 - 0.08 * (magnitude - 3)), 1 + 0.15 * (3 - magnitude)
    )
    return peak


def _colour(b_minus_v: Floats) -> Floats:
    at, colours = _COLOURS
    return np.stack([np.interp(b_minus_v, at, colours[:, band]) for band in range(3)], axis=-1)


def _encoded(image: np.ndarray, kind: str) -> bytes:
    body = io.BytesIO()
    options = {"quality": 88, "subsampling": 0} if kind == "jpg" else {"compress_level": 6}
    Image.fromarray(image).save(body, "JPEG" if kind == "jpg" else "PNG", **options)
    return body.getvalue()
