"""The products of an HST observation by HST's naming rules. Knows no HTTP."""

from collections.abc import Callable, Iterator

from .modes import Mode, mode_of
from .observation import Observation
from .products import Listed

_IMAGE = (
    # suffix, type, level, recommended, size factor, description
    ("drz", "SCIENCE", 3, True, 1.2, "DADS DRZ file - Calibrated combined image ACS/WFC3/WFPC2/STIS"),
    (
        "drc",
        "SCIENCE",
        3,
        True,
        1.2,
        "DADS DRC file - Calibrated combined image, corrected for charge transfer",
    ),
    ("asn", "AUXILIARY", 3, False, 0.05, "DADS ASN file - Association ACS/WFC3/STIS"),
    ("trl", "AUXILIARY", 3, False, 0.05, "DADS TRL file - Processing log"),
)
_IMAGE_EXPOSURE = (
    ("raw", "SCIENCE", 1, False, 1.0, "DADS RAW file - Raw exposure COS/NICMOS/STIS/WFC3/ACS"),
    ("flt", "SCIENCE", 2, False, 1.4, "DADS FLT file - Calibrated exposure ACS/WFC3/STIS/COS"),
    ("flc", "SCIENCE", 2, False, 1.4, "DADS FLC file - Calibrated exposure, corrected for charge transfer"),
    ("spt", "AUXILIARY", 1, False, 0.1, "DADS SPT file - Engineering telemetry"),
)
_SPECTRUM = (
    ("x1dsum", "SCIENCE", 3, True, 0.3, "DADS XSM file - Calibrated combined extracted 1D spectrum COS"),
    ("asn", "AUXILIARY", 3, False, 0.05, "DADS ASN file - Association ACS/WFC3/STIS"),
    ("trl", "AUXILIARY", 3, False, 0.05, "DADS TRL file - Processing log"),
)
_SPECTRUM_EXPOSURE = (
    ("rawtag", "SCIENCE", 1, False, 1.0, "DADS TAG file - Raw time-tag exposure"),
    ("flt", "SCIENCE", 2, False, 1.0, "DADS FLT file - Calibrated exposure ACS/WFC3/STIS/COS"),
    ("x1d", "SCIENCE", 2, False, 0.3, "DADS X1D file - Calibrated extracted 1D spectrum COS/STIS"),
    ("spt", "AUXILIARY", 1, False, 0.1, "DADS SPT file - Engineering telemetry"),
)
_EXPOSURES = 3


def products_of(observation: Observation, obsid_of: Callable[[str], int]) -> list[Listed]:
    """The list of an executed HST observation; empty for planned ones."""
    return [] if observation.level == -1 else list(_products(observation, obsid_of))


def _products(observation: Observation, obsid_of: Callable[[str], int]) -> Iterator[Listed]:
    mode = mode_of(observation.instrument_name)
    root = observation.obs_id.lower()
    is_image = mode.kind == "hst-image"
    yield from _lines(root, observation.obsid, _IMAGE if is_image else _SPECTRUM, "D")
    yield _preview(root, observation.obsid, mode, "D")
    for exposure in exposures_of(root):
        lines = _IMAGE_EXPOSURE if is_image else _SPECTRUM_EXPOSURE
        yield from _lines(exposure, obsid_of(exposure), lines, "S")


def exposures_of(root: str) -> list[str]:
    """Rootnames of the members of an association."""
    return [f"{root[:6]}{letter}{root[7:8]}q" for letter in "hjl"[:_EXPOSURES]]


def _lines(
    root: str, obsid: int, table: tuple[tuple[str, str, int, bool, float, str], ...], letter: str
) -> Iterator[Listed]:
    for suffix, product_type, level, recommended, factor, description in table:
        yield Listed(
            f"{root}_{suffix}.fits", root, obsid, letter, suffix.upper(), product_type, description, level,
            recommended, factor,
        )  # fmt: skip


def _preview(root: str, obsid: int, mode: Mode, letter: str) -> Listed:
    ending = "drz.jpg" if mode.kind == "hst-image" else "x1dsum.png"
    return Listed(f"{root}_{ending}", root, obsid, letter, None, "PREVIEW", "Preview-Full", 3, False, 0.0)
