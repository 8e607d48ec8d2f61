"""Reads names of JWST and HST files: which observation, stage, detector and kind of product they tell.

Sources: the JWST pipeline's file naming page, MAST's product lists, the HST handbooks.
"""

import re
from dataclasses import dataclass

from mastportal.mast.suffixes import Suffix, describe_suffix, suffix_of

__all__ = ["FileName", "describe_file", "describe_suffix", "observation_id_of", "parse_name"]

_EXTENSION = re.compile(r"\.(fits\.gz|fits|fit|jpg|jpeg|png|json|csv|ecsv|txt|pdf|asdf|xml|tar|gz)$", re.I)
_PREVIEW_EXTENSIONS = ("jpg", "jpeg", "png")
_EXPOSURE = re.compile(
    r"^(?P<stem>jw(?P<program>\d{5})(?P<observation>\d{3})(?P<visit>\d{3})_(?P<group>[0-9a-z]{5})_(?P<exposure>\d{5})"
    r"(?:-seg(?P<segment>\d{3}))?_(?P<detector>[a-z0-9]+?)(?:_(?P<candidate>[aoc]\d{3,4}))?)_(?P<suffix>.+)$"
)
_SOURCE = re.compile(
    r"^(?P<stem>jw(?P<program>\d{5})-(?P<candidate>[aoc]\d{3,4})_(?P<target>[tsbv]\d+)(?:-epoch\w+)?"
    r"_(?P<instrument>[a-z]+)_(?P<optics>[a-z0-9-]+))_(?P<suffix>[a-z0-9-]+?)(?:-(?!oi)\w\w)?$"
)
_GUIDE_STAR = re.compile(
    r"^(?P<stem>jw(?P<program>\d{5})(?P<observation>\d{3})(?P<visit>\d{3})_(?P<step>gs-[a-z0-9]+)_(?P<number>[0-9-]+))"
    r"_(?P<suffix>.+)$"
)
_SHUTTERS = re.compile(
    r"^(?P<stem>jw(?P<program>\d{5})(?P<observation>\d{3})(?P<visit>\d{3})_\d+)_(?P<suffix>msa)$"
)
_ASSOCIATION = re.compile(
    r"^(?P<stem>jw(?P<program>\d{5})(?:-(?P<candidate>[aoc]\d{3,4}))?_\d{8}t\d{6}(?:_[\w-]+?)?)_(?P<suffix>asn|pool)$"
)
_HST = re.compile(r"^(?P<stem>[a-z0-9]{9})_(?P<suffix>[a-z0-9]+(?:_[ab])?)$")
_HAP = re.compile(
    r"^(?P<stem>hst_(?P<program>\d{4,5})_\w+?_(?P<instrument>[a-z0-9]+)_(?P<detector>[a-z0-9]+)_.+)_(?P<suffix>[a-z0-9-]+)$"
)
_DETECTOR_INSTRUMENTS = {"nrc": "NIRCAM", "nis": "NIRISS", "nrs": "NIRSPEC", "mir": "MIRI", "gui": "FGS"}
_HST_INSTRUMENTS = {"i": "WFC3", "j": "ACS", "l": "COS", "n": "NICMOS", "o": "STIS", "u": "WFPC2"}
_CANDIDATE_TAIL = re.compile(r"^(jw\d{11}_\w+)_[aoc]\d{3,4}$", re.I)


@dataclass(frozen=True, slots=True)
class FileName:
    """What a name tells; an empty text where it tells nothing.

    `stem` is the name without its suffix, `stage` one of 1b, 2a, 2b, 2c, 3 for JWST, `level` CAOM's
    calibration level, `program` without leading zeros, `kind` as in the suffix table (science, preview, ...).
    """

    name: str
    stem: str = ""
    suffix: str = ""
    extension: str = ""
    mission: str = ""
    instrument: str = ""
    detector: str = ""
    program: str = ""
    observation: str = ""
    visit: str = ""
    candidate: str = ""
    segment: str = ""
    stage: str = ""
    level: int | None = None
    kind: str = ""
    is_level3: bool = False
    is_guide_star: bool = False

    @property
    def is_preview(self) -> bool:
        return self.kind == "preview"


def parse_name(filename: str) -> FileName:
    """Reads any file name; one of no known form gives its extension and last part only."""
    name = filename.rsplit("/", 1)[-1]
    match = _EXTENSION.search(name)
    extension = match[1].casefold() if match else ""
    bare = (name[: match.start()] if match else name).casefold()
    for form in (_GUIDE_STAR, _SHUTTERS, _ASSOCIATION, _EXPOSURE, _SOURCE, _HAP, _HST):
        found = form.match(bare)
        if found:
            return _told(name, extension, found)
    stem, _, suffix = bare.rpartition("_")
    return FileName(name, stem=stem or bare, suffix=suffix if stem else "", extension=extension)


def describe_file(filename: str) -> str:
    """The same by file name, previews and guide-star files told as such; empty for an unknown one."""
    told = parse_name(filename)
    described = describe_suffix(told.suffix, told.mission)
    if told.is_preview and told.suffix != "thumb":
        return f"Preview of: {described[:1].lower()}{described[1:]}" if described else "Preview"
    if told.is_guide_star and "uide star" not in described:
        return "Guide star data" if not described else f"Guide star: {described[:1].lower()}{described[1:]}"
    return described


def observation_id_of(text: str) -> str:
    """The CAOM obs_id that an id, a file name or a dataURI belongs to.

    A file name loses its suffix, all from the last underscore (STScI notebooks), and a `_crf` name also the
    candidate before it, which CAOM's obs_id does not have.
    """
    name = text.rsplit("/", 1)[-1]
    stem = _EXTENSION.sub("", name)
    told = parse_name(stem)
    known = bool(told.mission) and suffix_of(told.suffix, told.mission) is not None
    if "_" not in stem or (stem == name and not known):
        return name
    parent = stem[: len(told.stem)] if known else stem.rsplit("_", 1)[0]
    match = _CANDIDATE_TAIL.match(parent)
    return match[1] if match else parent


def _told(name: str, extension: str, found: re.Match[str]) -> FileName:
    parts = {key: value or "" for key, value in found.groupdict().items()}
    mission = "HST" if found.re in (_HST, _HAP) else "JWST"
    known = suffix_of(parts["suffix"], mission) or Suffix("", None, "", "")
    is_level3, is_guide_star = found.re is _SOURCE, found.re is _GUIDE_STAR
    stage, level = ("2a", 2) if is_guide_star and parts["suffix"] == "cal" else _processing(known, is_level3)
    detector, candidate = parts.get("detector", ""), parts.get("candidate", "")
    instrument = parts.get("instrument") or _DETECTOR_INSTRUMENTS.get(detector[:3], "")
    instrument = _HST_INSTRUMENTS.get(parts["stem"][0], "") if found.re is _HST else instrument
    return FileName(
        name=name,
        stem=parts["stem"],
        suffix=parts["suffix"],
        extension=extension,
        mission=mission,
        instrument="FGS" if is_guide_star else instrument.upper(),
        detector=detector.upper(),
        program=parts.get("program", "").lstrip("0"),
        observation=parts.get("observation") or (candidate[1:] if candidate.startswith("o") else ""),
        visit=parts.get("visit", ""),
        candidate=candidate,
        segment=parts.get("segment", ""),
        stage=stage,
        level=level,
        kind=_kind(known, extension, is_guide_star),
        is_level3=is_level3,
        is_guide_star=is_guide_star,
    )


def _processing(known: Suffix, is_level3: bool) -> tuple[str, int | None]:
    """Stage and level; suffixes that both stages write (i2d, x1d) are told apart by the form of the name."""
    if known.kind == "science" and not known.stage:
        return ("3", 3) if is_level3 else ("2b", 2)
    return ("3", 3) if is_level3 else (known.stage, known.level)


def _kind(known: Suffix, extension: str, is_guide_star: bool) -> str:
    if extension in _PREVIEW_EXTENSIONS:
        return "preview"
    return "guide star" if is_guide_star else known.kind
