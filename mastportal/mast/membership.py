"""Which Observations a JWST or HST file may belong to, by names alone; product lists prove that one does.

Sources: the JWST pipeline's file naming page; MAST's pages on linkages and on product lists. A keyword row's
`obs_id` (V0508…) names a visit and is another thing than CAOM's: it is never looked at here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mastportal.mast.naming import FileName, parse_name

_COMBINED = re.compile(r"^jw(\d{5})-([aoc])(\d{3,4})_[^_]+_([a-z]+)(?:_([a-z0-9-]+))?$")
_SEGMENT = re.compile(r"-seg\d{3}(?=_|$)")
_CANDIDATE_TAIL = re.compile(r"_[aoc]\d{3,4}$")
# Elements that say nothing of the light: an open place of a wheel, or a value that is none.
_OPEN = frozenset(
    {"", "clear", "clear1", "clear2", "clearp", "mirror", "none", "null", "n/a", "unknown", "opaque"}
)
_ELEMENTS = ("filter", "pupil", "grating")
# Exposures for science. Target acquisitions and checks of pointing are made through other optics than the
# products that list them, so their elements rule nothing out.
_SCIENCE = re.compile(
    r"_(IMAGE|WFSS|GRISM|IFU|FIXEDSLIT|MSASPEC|BRIGHTOBJ|MRS|LRS-FIXEDSLIT|LRS-SLITLESS|SOSS|AMI|CORON|TSIMAGE|"
    r"TSGRISM|4QPM|LYOT)$"
)
_SHARED = frozenset({"guide star", "msa", "association"})


@dataclass(frozen=True, slots=True)
class Kin:
    """What files share whose combined Observations are looked for among the same ones; empty: not told."""

    observation: str = ""
    instrument: str = ""
    elements: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clue:
    """What is known of one file. `own` is the exposure or product it is of; a file that many exposures share
    has `shared_by` instead, how their obs_ids begin."""

    uri: str
    mission: str
    program: str
    instrument: str
    own: str
    shared_by: str
    is_combined: bool
    kin: Kin


@dataclass(frozen=True, slots=True)
class Combined:
    """What a level-3 obs_id tells: among the rest its association's candidate, such as o001 or c1003."""

    program: str
    kind: str
    number: int
    instrument: str
    elements: frozenset[str]


def clue_of(uri: str, row: Mapping[str, object] | None = None) -> Clue:
    """What a dataURI or file name tells, with the elements of its keyword row where there is one."""
    told = parse_name(uri)
    shared_by = _shared_by(told)
    instrument = "" if shared_by and told.kind != "msa" else told.instrument
    elements = frozenset() if row is None or shared_by else elements_of(row)
    kin = Kin(told.candidate if told.is_level3 else told.observation, instrument, elements)
    own = "" if shared_by else _own(told)
    return Clue(uri, told.mission, told.program, instrument, own, shared_by, told.is_level3, kin)


def _shared_by(told: FileName) -> str:
    """Guide star and shutter files are of a visit, associations of an observation, pools of a programme."""
    if told.mission != "JWST" or not (told.is_guide_star or told.kind in _SHARED):
        return ""
    return f"jw{told.program:0>5}{told.observation}{told.visit}"


def _own(told: FileName) -> str:
    """The obs_id of an exposure has no candidate (`_o001_crf`), and may leave the segment out."""
    if told.mission == "HST" and not told.stem.startswith("hst_"):
        return told.stem[:8]  # an exposure's rootname, less the letter by which its files differ
    return exposure_key(told.stem) if told.mission else ""


def exposure_key(obs_id: str) -> str:
    """An obs_id without segment and candidate, in small letters: what an exposure's files agree on."""
    return _CANDIDATE_TAIL.sub("", _SEGMENT.sub("", obs_id.casefold()))


def elements_of(row: Mapping[str, object]) -> frozenset[str]:
    """The optical elements of a science exposure's keyword row, in small letters; of any other row none."""
    if not _SCIENCE.search(str(row.get("exp_type") or "").upper()):
        return frozenset()
    told = {str(row.get(name) or "").strip().casefold() for name in _ELEMENTS}
    if str(row.get("exp_type")).upper() == "MIR_MRS":  # its channels are split up in level 3: "12" is 1 and 2
        told = {f"ch{digit}" for digit in str(row.get("channel") or "") if digit in "1234"}
    return frozenset(told - _OPEN)


@lru_cache(maxsize=65_536)
def combined_of(obs_id: str, filters: str = "") -> Combined | None:
    """What a level-3 obs_id tells, with the elements of CAOM's `filters`; None for an exposure's."""
    found = _COMBINED.match(obs_id.casefold())
    if found is None:
        return None
    program, kind, number, instrument, optics = found.groups()
    told = {*(optics or "").split("-"), *(part.strip() for part in filters.casefold().split(";"))}
    return Combined(str(int(program)), kind, int(number), instrument.upper(), frozenset(told - _OPEN))


def may_join(kin: Kin, combined: Combined) -> bool:
    """Whether files of this kin may be members of a combined Observation of their programme.

    A candidate of one observation (o001) takes that observation's files; candidates of several (c1001, a3001)
    do not tell theirs by name.
    """
    if kin.instrument and kin.instrument != combined.instrument:
        return False
    if kin.elements and combined.elements and not kin.elements & combined.elements:
        return False
    if kin.observation[:1] in ("o", "c", "a"):
        return kin.observation == f"{combined.kind}{combined.number:0{len(kin.observation) - 1}d}"
    return not kin.observation or combined.kind != "o" or int(kin.observation) == combined.number


class Wanted:
    """The files of one programme, by what makes an Observation a candidate for holding one of them.

    `obs_ids` are those of all its Observations: a combined product is sought in its own where that exists.
    """

    def __init__(self, clues: Iterable[Clue], obs_ids: Iterable[str]) -> None:
        clues, there = tuple(clues), {exposure_key(obs_id) for obs_id in obs_ids}
        self._begins = tuple({clue.shared_by for clue in clues} - {""})
        self._own: set[str] = set()
        self._kin: set[Kin] = set()
        for clue in clues:
            self._own.add(clue.own)
            if clue.mission == "JWST" and not (clue.is_combined and clue.own in there):
                self._kin.add(clue.kin)

    def may_be_in(self, obs_id: str, filters: str) -> bool:
        """Whether an executed Observation may hold any of the files."""
        key = exposure_key(obs_id)
        if key in self._own or key[:8] in self._own:
            return True
        if (combined := combined_of(obs_id, filters)) is not None:
            return any(may_join(kin, combined) for kin in self._kin)
        return key.startswith(self._begins)


def program_of(obs_id: str) -> str:
    """The programme that a JWST obs_id begins with, without zeros; of other missions empty."""
    digits = obs_id[2:7]
    return digits.lstrip("0") if obs_id[:2].casefold() == "jw" and digits.isdecimal() else ""


def is_level3(obs_id: str, calib_level: int | None) -> bool:
    """Whether an Observation combines others, and so is the parent of its exposures."""
    return combined_of(obs_id) is not None or (calib_level or 0) >= 3


def questions_of(clues: Iterable[Clue], programs_at_once: int) -> list[tuple[dict[str, object], list[Clue]]]:
    """Bodies of the searches whose rows hold every candidate, each with the files it is asked for.

    Names of no known form are asked for by none.
    """
    jwst: dict[str, list[Clue]] = {}
    hst: dict[str, list[Clue]] = {}
    for clue in clues:
        if clue.mission == "JWST":
            jwst.setdefault(clue.program, []).append(clue)
        elif clue.own:
            hst.setdefault(clue.own, []).append(clue)
    programs = sorted(jwst, key=int)
    parts = [programs[at : at + programs_at_once] for at in range(0, len(programs), programs_at_once)]
    asked = [_of_programs(part, [clue for program in part for clue in jwst[program]]) for part in parts]
    return asked + [(_of_rootname(own), found) for own, found in sorted(hst.items())]


def _of_programs(programs: Sequence[str], clues: list[Clue]) -> tuple[dict[str, object], list[Clue]]:
    criteria: dict[str, object] = {"obs_collection": ["JWST"]}
    instruments = {clue.instrument for clue in clues}
    if "" not in instruments:
        criteria["instrument_name"] = sorted(instruments)
    return {"collection": "programs", "programs": list(programs), "criteria": criteria}, clues


def _of_rootname(own: str) -> dict[str, object]:
    return {"collection": "observations", "criteria": {"obs_collection": ["HST"], "obs_id": [f"{own}*"]}}
