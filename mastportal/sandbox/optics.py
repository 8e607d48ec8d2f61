"""The wavelengths optical elements let through, in nanometres. Imports nothing of ours."""

import re
from functools import cache

_GRATINGS = {
    "PRISM": (600.0, 5300.0),
    "G140M": (970.0, 1840.0),
    "G140H": (970.0, 1820.0),
    "G235M": (1660.0, 3070.0),
    "G235H": (1660.0, 3050.0),
    "G395M": (2870.0, 5100.0),
    "G395H": (2870.0, 5140.0),
    "GR700XD": (600.0, 2800.0),
    "P750L": (5000.0, 14000.0),
    "CH1": (4900.0, 7650.0),
    "CH2": (7510.0, 11700.0),
    "CH3": (11550.0, 17980.0),
    "CH4": (17700.0, 27900.0),
    "G130M": (90.0, 145.0),
    "G160M": (138.3, 177.7),
    "G140L": (115.0, 173.0),
    "OPAQUE": (600.0, 5000.0),
}
_WIDTHS = {"W": 0.25, "W2": 0.45, "M": 0.1, "N": 0.015, "C": 0.06, "LP": 0.5, "X": 0.3}
_FILTER = re.compile(r"F(\d{3,4})(W2|LP|W|M|N|C|X)", re.I)


@cache
def band_nm(elements: str, mode: str) -> tuple[float | None, float | None]:
    """(shortest, longest) wavelength in nm of joined elements such as `F405N;F444W`; None where unknown."""
    parts = [part.strip().upper() for part in elements.split(";")]
    for part in parts:
        if part in _GRATINGS:
            return _GRATINGS[part]
    bands = [band for part in parts if (band := _filter_nm(part, mode)) is not None]
    return min(bands, key=lambda band: band[1] - band[0]) if bands else (None, None)


def _filter_nm(name: str, mode: str) -> tuple[float, float] | None:
    match = _FILTER.fullmatch(name)
    if match is None:
        return None
    optical = mode.startswith(("ACS", "WFC3/UVIS", "WFPC2", "STIS"))
    centre = float(match[1]) * (1 if optical else 10)
    half = centre * _WIDTHS[match[2].upper()] / 2
    return round(centre - half, 1), round(centre + half, 1)


def region_of(mode: str, elements: str) -> str:
    """MAST's waveband word of an observation."""
    longest = band_nm(elements, mode)[1] or 1000.0
    if longest < 400:
        return "UV"
    return "OPTICAL" if longest < 1000 else "INFRARED"
