"""Previews: small JPEG and PNG pictures, padded to a size known beforehand. Knows no HTTP."""

import io
import zlib
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from .parts import Body, Facts
from .sizes import seed_of

_SIDE = 192
_JPEG_BYTES, _PNG_BYTES = 24_000, 16_000
_STEP = 64


class _Picture:
    """The picture, drawn when first read; its size is promised before."""

    def __init__(self, seed: int, ending: str, size: int) -> None:
        self.seed, self.ending, self.size = seed, ending, size

    def read(self, start: int, stop: int) -> bytes:
        return _drawn(self.seed, self.ending, self.size)[start:stop]


def picture(facts: Facts, ending: str) -> Body:
    seed = seed_of(facts)
    smallest = _JPEG_BYTES if ending == "jpg" else _PNG_BYTES
    size = smallest + seed % 100 * _STEP + facts.version * 100 * _STEP
    media_type = "image/jpeg" if ending == "jpg" else "image/png"
    return Body([_Picture(seed, ending, size)], media_type)


@lru_cache(maxsize=64)
def _drawn(seed: int, ending: str, size: int) -> bytes:
    buffer = io.BytesIO()
    if ending == "jpg":
        Image.fromarray(_sky(seed)).save(buffer, "JPEG", quality=80)
        return _padded_jpeg(buffer.getvalue(), size)
    _spectrum(seed).save(buffer, "PNG")
    return _padded_png(buffer.getvalue(), size)


def _sky(seed: int) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:_SIDE, 0:_SIDE]
    sky = random.normal(18, 3, (_SIDE, _SIDE))
    for _ in range(60):
        cx, cy, bright, width = (
            random.uniform(0, _SIDE),
            random.uniform(0, _SIDE),
            random.pareto(1.3),
            random.uniform(1, 2),
        )
        sky += 40 * bright * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * width**2))
    glow = np.hypot((x - _SIDE / 2) / random.uniform(0.6, 1.2), y - _SIDE / 2)
    sky += 120 * np.exp(-glow / random.uniform(10, 25))
    return np.clip(sky, 0, 255).astype(np.uint8)


def _spectrum(seed: int) -> Image.Image:
    random = np.random.default_rng(seed)
    picture = Image.new("L", (2 * _SIDE, _SIDE), 255)
    level = _SIDE * 0.6 - np.cumsum(random.normal(0, 0.8, 2 * _SIDE - 20))
    for place in random.integers(0, len(level), 6):
        level[place : place + 3] -= random.uniform(15, 50)
    points = [(10 + n, float(np.clip(value, 6, _SIDE - 6))) for n, value in enumerate(level)]
    draw = ImageDraw.Draw(picture)
    draw.rectangle((9, 5, 2 * _SIDE - 10, _SIDE - 6), outline=0)
    draw.line(points, fill=40)
    return picture


def _padded_jpeg(content: bytes, size: int) -> bytes:
    """Comment segments after the start marker fill up to the promised size."""
    room = size - len(content)
    if room < 4:
        raise ValueError(f"A preview of {len(content)} bytes does not fit into {size}.")
    comments = b""
    while room:
        length = min(room, 60_000)
        comments += b"\xff\xfe" + (length - 2).to_bytes(2) + b" " * (length - 4)
        room -= length
    return content[:2] + comments + content[2:]


def _padded_png(content: bytes, size: int) -> bytes:
    """A private, ancillary chunk before IEND fills up to the promised size."""
    room = size - len(content)
    if room < 12:
        raise ValueError(f"A preview of {len(content)} bytes does not fit into {size}.")
    data = b"paDd" + bytes(room - 12)
    chunk = (room - 12).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)
    return content[:-12] + chunk + content[-12:]
