"""Reads sky positions in all the forms the Portal takes, as ICRS degrees; imports no astropy."""

import math
import re

from mastportal.mast.errors import BadQuestion

Position = tuple[float, float]

_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"
_NUMERIC_ONLY = re.compile(r"^[\d\s+\-−.:,]+$")
_RA_UNITS = re.compile(
    rf"^([+-]?)(?:{_NUMBER}h\s*(?:{_NUMBER}[m'′])?\s*(?:{_NUMBER}(?:s|\"|″|''))?|{_NUMBER}(?:d|deg|°))[\s,]*(?=[+\-\d.])",
    re.I,
)
_DEC_UNITS = re.compile(
    rf"^([+-]?)\s*{_NUMBER}(?:d|deg|°)\s*(?:{_NUMBER}[m'′])?\s*(?:{_NUMBER}(?:s|\"|″|''))?$", re.I
)
_GALACTIC = re.compile(rf"^g\s*([+-]?){_NUMBER}(?:\s*([+-])\s*|\s*,\s*([+-]?)|\s+){_NUMBER}$", re.I)
# ICRS of the north galactic pole, and the galactic longitude of the north celestial pole (IAU 1958, J2000).
_POLE_RA_DEG, _POLE_DEC_DEG, _POLE_L_DEG = 192.8594812065348, 27.12825118085622, 122.9319185680026


def parse_position(text: str) -> Position | None:
    """(ra, dec) in ICRS degrees, or None where the text is a name.

    Raises BadQuestion (field "target") for what is meant as a position and cannot be one.
    """
    text = text.replace("−", "-").strip()
    if "." in text and (galactic := _GALACTIC.match(text)):
        return _from_galactic(galactic)
    if _NUMERIC_ONLY.match(text):
        return _from_numbers(text)
    ra_part = _RA_UNITS.match(text)
    dec_part = _DEC_UNITS.match(text[ra_part.end() :]) if ra_part else None
    if ra_part is None or dec_part is None:
        return None
    sign, hours, minutes, seconds, degrees = ra_part.groups()
    _refuse_negative_ra(sign)
    ra_deg = float(degrees) if degrees else _ra_of([float(hours), float(minutes or 0), float(seconds or 0)])
    dec_values = [float(part or 0) for part in dec_part.groups()[1:]]
    return _checked(ra_deg, _dec_of(dec_part[1], dec_values))


def galactic_to_icrs(l_deg: float, b_deg: float) -> Position:
    """ICRS degrees of a galactic longitude and latitude in degrees."""
    lat, pole_dec = math.radians(b_deg), math.radians(_POLE_DEC_DEG)
    turn = math.radians(_POLE_L_DEG - l_deg)
    sin_dec = math.sin(pole_dec) * math.sin(lat) + math.cos(pole_dec) * math.cos(lat) * math.cos(turn)
    y = math.cos(lat) * math.sin(turn)
    x = math.cos(pole_dec) * math.sin(lat) - math.sin(pole_dec) * math.cos(lat) * math.cos(turn)
    dec_deg = math.degrees(math.asin(max(-1.0, min(1.0, sin_dec))))
    return (math.degrees(math.atan2(y, x)) + _POLE_RA_DEG) % 360, dec_deg


def as_sexagesimal(ra_deg: float, dec_deg: float) -> str:
    """ "18h53m35.1s +33d01m45s", for reading back what was understood."""
    tenths = round(ra_deg / 15 * 36000) % (24 * 36000)
    hours, rest = divmod(tenths, 36000)
    minutes, seconds = divmod(rest, 600)
    arcsec = round(abs(dec_deg) * 3600)
    sign = "-" if dec_deg < 0 else "+"
    return (
        f"{hours:02d}h{minutes:02d}m{seconds / 10:04.1f}s "
        f"{sign}{arcsec // 3600:02d}d{arcsec // 60 % 60:02d}m{arcsec % 60:02d}s"
    )


def _bad(sentence: str) -> BadQuestion:
    return BadQuestion(sentence, field="target")


def _from_galactic(match: re.Match[str]) -> Position:
    sign, longitude, after_space, after_comma, latitude = match.groups()
    l_deg = float(f"{sign}{longitude}")
    b_deg = float(f"{after_space or after_comma or ''}{latitude}")
    if not -90 <= b_deg <= 90:
        raise _bad(f"Galactic latitude lies between -90 and +90 degrees; {b_deg:g} does not.")
    if not 0 <= l_deg < 360:
        raise _bad(f"Galactic longitude lies between 0 and 360 degrees; {l_deg:g} does not.")
    return galactic_to_icrs(l_deg, b_deg)


def _from_numbers(text: str) -> Position | None:
    """Positions of digits, spaces, colons and signs only: 2, 4 or 6 numbers."""
    tokens = re.findall(r"[+-]?(?:\d+\.?\d*|\.\d+)", text)
    if "".join(tokens) != re.sub(r"[\s:,]", "", text):
        raise _bad(
            f"“{text}” looks like a position but cannot be read; try 283.396 +33.029 or 18 53 35.1 +33 01 45."
        )
    if len(tokens) not in (2, 4, 6):
        count = "1 number" if len(tokens) == 1 else f"{len(tokens)} numbers"
        raise _bad(f"A position has 2, 4 or 6 numbers, right ascension first; “{text}” has {count}.")
    half = len(tokens) // 2
    _refuse_negative_ra(tokens[0][:1] if tokens[0].startswith("-") else "")
    if any(token[0] in "+-" for token in tokens[1:half] + tokens[half + 1 :]):
        raise _bad(f"In “{text}” a sign stands where only the declination may have one.")
    numbers = [float(token.lstrip("+-")) for token in tokens]
    dec_sign = "-" if tokens[half].startswith("-") else "+"
    if half == 1:
        return _checked(numbers[0], _dec_of(dec_sign, numbers[1:]))
    return _checked(_ra_of(numbers[:half]), _dec_of(dec_sign, numbers[half:]))


def _refuse_negative_ra(sign: str) -> None:
    if sign == "-":
        raise _bad("Right ascension must not be negative; add 360 degrees (24 hours) to it.")


def _ra_of(parts: list[float]) -> float:
    _check_sixties(parts, "right ascension")
    return 15 * _in_units(parts)


def _dec_of(sign: str, parts: list[float]) -> float:
    _check_sixties(parts, "declination")
    value = _in_units(parts)
    return -value if sign == "-" else value


def _in_units(parts: list[float]) -> float:
    """The whole of a number with its sixtieths and their sixtieths."""
    return sum(part / float(60**place) for place, part in enumerate(parts))


def _check_sixties(parts: list[float], what: str) -> None:
    for name, part in zip(("minutes", "seconds"), parts[1:], strict=False):
        if part >= 60:
            raise _bad(f"The {name} of the {what} must be below 60; {part:g} is not.")


def _checked(ra_deg: float, dec_deg: float) -> Position:
    if not 0 <= ra_deg < 360:
        raise _bad(
            f"Right ascension lies between 0 and 360 degrees (0 and 24 hours); {ra_deg:g} degrees does not."
        )
    if not -90 <= dec_deg <= 90:
        raise _bad(f"Declination lies between -90 and +90 degrees; {dec_deg:g} does not.")
    return ra_deg, dec_deg
