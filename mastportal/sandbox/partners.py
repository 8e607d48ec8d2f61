"""Observations that work together: which members an association takes from others. Knows no HTTP.

A star gives its point spread function to another's coronagraphy, an empty field its background, a direct
image its sources to slitless spectra, an exposure with all shutters closed what leaks through them
(association rules of the JWST pipeline's documentation).
"""

from . import facts
from .modes import Mode, detectors_of, mode_of
from .naming import combined_stem, exposure_count, exposure_stems

Members = tuple[tuple[str, str], ...]
EARLIER = "20241105t"
_MODES = {"coron": "NIRCAM/CORON", "ifu": "MIRI/IFU", "mos": "NIRSPEC/MSA"}
_DIRECT = (("i2d.fits", "direct_image"), ("cat.ecsv", "sourcecat"), ("segm.fits", "segmap"))


def science_of(key: tuple[str, str]) -> int | None:
    """The observation whose exposures a candidate of several joins as science; None for all others."""
    return next((each.partner for each in _of(key) if each.role == "science"), None)


def exposures(program: str, observation: int, mode: Mode, elements: str) -> list[str]:
    """Stems of the exposures that another observation took through the same elements."""
    number = f"{observation:03d}"
    count = exposure_count((program, number), elements)
    return exposure_stems(program, number, "001", elements, count, detectors_of(mode, elements))


def others_of(key: tuple[str, str], kind: str, stage: int, stem: str, elements: str) -> Members:
    """What an association of a stage (2 or 3) joins besides its science exposures, with what as.

    Level 2 takes what the same detector saw; the background of level 3 is its spectra.
    """
    joined: list[tuple[str, str]] = []
    for each in _of(key):
        if each.kind == kind:
            joined += _members(each, stage, stem.rpartition("_")[2], elements)
    return tuple(joined)


def _members(partner: facts.Partner, stage: int, detector: str, elements: str) -> Members:
    match partner.role, stage:
        case "direct_image", 2:
            image = combined_stem(
                partner.program, partner.partner, f"t{partner.partner % 50 + 1:03d}", mode_of("NIRISS/IMAGE"),
                elements.partition(";")[0],
            )  # fmt: skip
            return tuple((f"{image}_{ending}", role) for ending, role in _DIRECT)
        case "imprint", 2:
            stems = exposure_stems(partner.program, f"{partner.partner:03d}", "001", elements, 1, (detector,))
            return tuple((f"{stem}_rate.fits", "imprint") for stem in stems)
        case "background", _:
            stems = exposures(partner.program, partner.partner, mode_of(_MODES[partner.kind]), elements)
            ending = "rate" if stage == 2 else "x1d"
            seen = [stem for stem in stems if stage == 3 or stem.endswith(detector)]
            return tuple((f"{stem}_{ending}.fits", "background") for stem in seen)
        case "psf", 3:
            stems = exposures(partner.program, partner.partner, mode_of(_MODES[partner.kind]), elements)
            return tuple((f"{stem}_calints.fits", "psf") for stem in stems)
    return ()


def _of(key: tuple[str, str]) -> list[facts.Partner]:
    return [each for each in facts.partners() if (each.program, each.observation) == key]
