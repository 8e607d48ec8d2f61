"""Does a footprint touch a circle: counted by shapely on a gnomonic map about the circle's centre.

On such a map great circles are straight lines, and the circle stays one, of radius tan(r).
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

Centre = tuple[float, float]
FARTHEST_DEG = 60.0
LARGEST_DEG = 5.0
_SHAPE = re.compile(r"(POLYGON|CIRCLE)((?:\s+[-+.\dE]+)+)")


def near(table: pa.Table, centre: Centre) -> list[dict[str, Any]]:
    """The rows whose middle is near enough for any footprint to reach the centre, and those without one."""
    ra, dec = (np.radians(table[name].to_numpy()) for name in ("s_ra", "s_dec"))
    ra0, dec0 = np.radians(centre)
    cosine = np.sin(dec) * np.sin(dec0) + np.cos(dec) * np.cos(dec0) * np.cos(ra - ra0)
    return table.filter(pa.array(~(cosine < math.cos(math.radians(LARGEST_DEG))))).to_pylist()


def touching(rows: Iterable[Mapping[str, Any]], centre: Centre, radius_deg: float) -> list[Mapping[str, Any]]:
    return [row for row in rows if touches(row, centre, radius_deg)]


def touches(row: Mapping[str, Any], centre: Centre, radius_deg: float) -> bool:
    """By any of its shapes; a row without footprint by its position."""
    text = re.sub(r"\b(ICRS|J2000|GSC1|FK5)\b", " ", (row["s_region"] or "").upper())
    shapes = [(kind, np.array(numbers.split(), float)) for kind, numbers in _SHAPE.findall(text)]
    if shapes:
        return any(_shape_touches(kind, numbers, centre, radius_deg) for kind, numbers in shapes)
    if row["s_ra"] is None or row["s_dec"] is None:
        return False
    return separation_deg((row["s_ra"], row["s_dec"]), centre) <= radius_deg


def _shape_touches(kind: str, numbers: NDArray[np.float64], centre: Centre, radius_deg: float) -> bool:
    if kind == "CIRCLE":
        return separation_deg((numbers[0], numbers[1]), centre) <= radius_deg + numbers[2]
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    if max(separation_deg(corner, centre) for corner in corners) > FARTHEST_DEG:
        return False
    outline = shapely.make_valid(shapely.Polygon([gnomonic(corner, centre) for corner in corners]))
    return bool(outline.distance(shapely.Point(0, 0)) <= math.tan(math.radians(radius_deg)))


def gnomonic(place: Centre, centre: Centre) -> tuple[float, float]:
    """Where a place less than 90 degrees off lies on the map."""
    (ra, dec), (ra0, dec0) = np.radians(place), np.radians(centre)
    below = math.sin(dec0) * math.sin(dec) + math.cos(dec0) * math.cos(dec) * math.cos(ra - ra0)
    x = math.cos(dec) * math.sin(ra - ra0) / below
    y = (math.cos(dec0) * math.sin(dec) - math.sin(dec0) * math.cos(dec) * math.cos(ra - ra0)) / below
    return x, y


def separation_deg(a: Centre, b: Centre) -> float:
    """By haversines, which are exact for small angles too."""
    (ra_a, dec_a), (ra_b, dec_b) = np.radians(a), np.radians(b)
    half = math.sin((dec_a - dec_b) / 2) ** 2
    half += math.cos(dec_a) * math.cos(dec_b) * math.sin((ra_a - ra_b) / 2) ** 2
    return math.degrees(2 * math.asin(min(1.0, math.sqrt(half))))
