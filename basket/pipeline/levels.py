"""Owns which file stands for a member when the pipeline is run from an earlier stage. Pure: names only.

Sources: the JWST pipeline's file naming page and its tables of what each stage takes.
"""

import re
from collections.abc import Iterable, Mapping

from basket.pipeline.associations import Association, Member
from mastportal.mast.naming import parse_name

STAGES = (1, 2, 3)
STARTS_FROM = {1: "uncal", 2: "rate or rateints", 3: "cal or calints"}
# Members that help an exposure and are no exposures: they are taken as they are, from whatever stage.
_AS_THEY_ARE = frozenset({"sourcecat", "segmap", "direct_image"})
_CANDIDATE_TAIL = re.compile(r"_[aoc]\d{3,4}$")
_RATES = ("rate", "rateints")


def exposure_of(name: str) -> str:
    """The exposure, segment and detector that a file is of; empty for combined products and other files."""
    told = parse_name(name)
    is_exposure = told.mission == "JWST" and not told.is_level3 and told.detector and not told.is_guide_star
    return _CANDIDATE_TAIL.sub("", told.stem) if is_exposure else ""


def at_stage(member: Member, stage: int, rates: Mapping[str, str]) -> str:
    """The name of the file that this member is when started from `stage`.

    `rates` are the files by exposure that associations of level 2 take: averages or single integrations.
    """
    exposure = "" if member.role in _AS_THEY_ARE else exposure_of(member.name)
    if not exposure or stage == 3:
        return member.name
    if stage == 1:
        return f"{exposure}_uncal.fits"
    suffix = parse_name(member.name).suffix
    if suffix in _RATES:
        return member.name
    return rates.get(exposure) or f"{exposure}_{'rateints' if suffix.endswith('ints') else 'rate'}.fits"


def levels_of(stage: int) -> tuple[int, ...]:
    """The levels of the associations that a run from `stage` on goes through."""
    return (3,) if stage == 3 else (2, 3)


def needed(associations: Iterable[Association], stage: int) -> dict[str, dict[str, str]]:
    """By file name the roles it has, each with an association that says so: every member at `stage`."""
    chosen = [each for each in associations if each.level in levels_of(stage)]
    rates = _rates(chosen)
    wanted: dict[str, dict[str, str]] = {}
    for each in chosen:
        for member in each.members:
            roles = wanted.setdefault(at_stage(member, stage, rates), {})
            roles.setdefault(member.role, each.name)
    return wanted


def calibrated(associations: Iterable[Association]) -> set[str]:
    """The exposures that level 3 joins, which level 2 has to make before."""
    of_level3 = (each for each in associations if each.level == 3)
    return {exposure_of(member.name) for each in of_level3 for member in each.members} - {""}


def _rates(associations: Iterable[Association]) -> dict[str, str]:
    members = [member for each in associations if each.level == 2 for member in each.members]
    return {
        exposure_of(member.name): member.name
        for member in members
        if member.role == "science" and parse_name(member.name).suffix in _RATES
    }


def shutter_visits(names: Iterable[str]) -> set[str]:
    """How the MSA metadata files of these exposures' visits begin: `jw02736007001_`."""
    return {name[:14] for name in names if parse_name(name).instrument == "NIRSPEC" and exposure_of(name)}


def setting_of(exposure: str) -> str:
    """What exposures share that are calibrated with the same files: visit, activity and detector."""
    first, _, detector = exposure.rpartition("_")
    return f"{'_'.join(first.split('_')[:2])} {detector}"
