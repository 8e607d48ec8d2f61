"""The products of a JWST observation by the naming rules, as they stand in MAST's list. Knows no HTTP.

A combined observation lists its own products (type D) and those of every contributing exposure (type S,
obsID of the exposure); the searched observation's own are Minimum Recommended Products (dossier 7.1).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import floor
from zlib import crc32

from . import partners, stages
from .modes import Mode, detectors_of, mode_of
from .naming import Stem, exposure_count, exposure_stems, parse_stem
from .observation import Observation, datetime_of
from .stages import SUFFIXES, Suffix

RECOMMENDED = "Minimum Recommended Products"
_GUIDE_STAR = (
    # name part, sub-group, description; acquisition comes before every exposure, tracking with it
    ("gs-id_1_image_cal", "GS-ID", "FGS guide star identification", False),
    ("gs-acq1_{time}_cal", "GS-ACQ1", "FGS1 guide star acquisition", False),
    ("gs-acq2_{time}_cal", "GS-ACQ2", "FGS2 guide star acquisition", False),
    ("gs-track_{time}_cal", "GS-TRACK", "FGS guide star tracking", True),
    ("gs-track_{time}_uncal", "GS-TRACK", "FGS guide star tracking", False),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a product list; `members` are the file names an association joins as science exposures,
    `others` those it joins as something else, with what as."""

    filename: str
    obs_id: str
    obsid: int
    letter: str  # D of the combined observation itself, S of an exposure
    group: str | None
    product_type: str
    description: str
    level: int
    is_recommended: bool
    factor: float
    members: tuple[str, ...] = ()
    product_name: str = ""
    others: partners.Members = ()


@dataclass(frozen=True, slots=True)
class _Context:
    observation: Observation
    mode: Mode
    kind: str
    stem: Stem
    obsid_of: Callable[[str], int]

    @property
    def stamp(self) -> str:
        """When the programme's associations were made: one moment for the whole programme."""
        number = crc32(self.stem.program.encode())
        return f"2026{number % 6 + 1:02d}{number % 27 + 1:02d}t081942"

    @property
    def number(self) -> str:
        return self.stem.observation if self.stem.observation.isdigit() else "001"

    @property
    def candidate(self) -> str:
        """Of which the associations are: o001, or that of several observations such as c1001."""
        digits = self.stem.observation.isdigit()
        return f"o{self.stem.observation}" if digits else self.stem.observation or "o001"


def products_of(observation: Observation, obsid_of: Callable[[str], int]) -> list[Listed]:
    """The whole list, duplicates included; empty for planned rows. `obsid_of` numbers the exposures."""
    stem = parse_stem(observation.obs_id)
    if stem is None or observation.level == -1:
        return []
    mode = mode_of(observation.instrument_name)
    kind = stages.kind_of(mode, is_time_series=observation.is_time_series)
    context = _Context(observation, mode, kind, stem, obsid_of)
    return list(
        _combined(context) if stem.is_combined else _exposure(context, observation.obs_id, is_own=True)
    )


def exposures_of(observation: Observation) -> list[str]:
    """Stems of the exposures a combined observation is made of, detector by detector."""
    stem = parse_stem(observation.obs_id)
    if stem is None or not stem.is_combined:
        return []
    mode = mode_of(observation.instrument_name)
    elements = observation.filters
    if (joined := partners.science_of(stem.key)) is not None:
        return partners.exposures(stem.program, joined, mode, elements)
    count = 1 if observation.is_time_series else exposure_count(stem.key, elements)
    return exposure_stems(
        stem.program, stem.observation, "001", elements, count, detectors_of(mode, elements)
    )


def _combined(context: _Context) -> Iterator[Listed]:
    observation = context.observation
    exposures = exposures_of(observation)
    for name in stages.COMBINED[context.kind]:
        suffix = SUFFIXES[name]
        yield from _with_preview(
            context, observation.obs_id, observation.obsid, suffix, is_own=True, letter="D"
        )
    yield from _associations(context, 3, observation.obs_id, observation.obsid, exposures, is_own=True)
    yield _pool(context, observation.obs_id, observation.obsid, is_own=True, letter="D")
    for stem in exposures:
        yield from _exposure(context, stem, is_own=False)


def _exposure(context: _Context, stem: str, *, is_own: bool) -> Iterator[Listed]:
    obsid = context.observation.obsid if is_own else context.obsid_of(stem)
    for name in stages.EXPOSURE[context.kind]:
        yield from _with_preview(context, stem, obsid, SUFFIXES[name], is_own=is_own, letter="S")
    if not is_own and (third := stages.STAGE3_EXPOSURE.get(context.kind)):
        filename = f"{stem}_o{context.number}_{third}.fits"
        yield _science(filename, stem, obsid, SUFFIXES[third], is_own=False, letter="S")
    if context.kind == "mos":
        visit = stem[:13]
        yield _science(f"{visit}_01_msa.fits", stem, obsid, SUFFIXES["msa"], is_own=False, letter="S")
    yield from _associations(context, 2, stem, obsid, [stem], is_own=is_own)
    yield _pool(context, stem, obsid, is_own=is_own, letter="S")
    yield from _guide_star(context, stem, obsid, is_own=is_own)


def _with_preview(
    context: _Context, stem: str, obsid: int, suffix: Suffix, *, is_own: bool, letter: str
) -> Iterator[Listed]:
    filename = f"{stem}_{suffix.name}.{suffix.extension}"
    line = _science(filename, stem, obsid, suffix, is_own=is_own, letter=letter)
    yield line
    if suffix.preview:
        yield Listed(
            f"{stem}_{suffix.name}.{suffix.preview}", stem, obsid, letter, None, "PREVIEW", "Preview-Full",
            line.level, False, 0.0,
        )  # fmt: skip


def _science(filename: str, stem: str, obsid: int, suffix: Suffix, *, is_own: bool, letter: str) -> Listed:
    level = 3 if letter == "D" else min(suffix.level, 2)
    group = "ANNNN_CRF" if letter == "D" and suffix.name == "crf" else suffix.group
    return Listed(
        filename, stem, obsid, letter, group, suffix.product_type, suffix.description, level,
        is_own and (level > 1 or letter == "D"), suffix.factor,
    )  # fmt: skip


def _associations(
    context: _Context, stage: int, stem: str, obsid: int, members: list[str], *, is_own: bool
) -> Iterator[Listed]:
    """The association of today, and where several observations work together the one before it, too."""
    rule = stages.ASSOCIATION[context.kind][stage - 2]
    # Two exposures never share a name: the time of day and the serial number both follow from the stem.
    code = crc32(f"{context.candidate}{stem}".encode() if context.candidate[0] != "o" else stem.encode())
    moment = f"{code // 3600 % 24:02d}{code // 60 % 60:02d}{code % 60:02d}"
    ending = stages.member_suffix(context.kind, stage)
    others = partners.others_of(context.stem.key, context.kind, stage, stem, context.observation.filters)
    generations = [(context.stamp[:9], code // 86400 % 900 + 1, others, members)]
    if others or partners.science_of(context.stem.key) is not None:
        # Made before all was observed; its serial number is another one and no smaller.
        generations.append((partners.EARLIER, code // 86400 % 900 + 7, others[:-1], members[:1]))
    for day, serial, joined, science in generations:
        name = f"jw{int(context.stem.program):05d}-{context.candidate}_{day}{moment}_{rule}_{serial:05d}"
        asn = SUFFIXES["asn"]
        yield Listed(
            f"{name}_asn.json", stem, obsid, "D" if stage == 3 else "S", asn.group, asn.product_type,
            asn.description, stage, is_own, 0.0, tuple(f"{member}_{ending}.fits" for member in science),
            stem, joined,
        )  # fmt: skip


def _pool(context: _Context, stem: str, obsid: int, *, is_own: bool, letter: str) -> Listed:
    pool = SUFFIXES["pool"]
    name = f"jw{int(context.stem.program):05d}_{context.stamp}_pool.csv"
    level = 3 if letter == "D" else 2
    return Listed(
        name, stem, obsid, letter, pool.group, pool.product_type, pool.description, level, is_own, 0.0
    )


def _guide_star(context: _Context, stem: str, obsid: int, *, is_own: bool) -> Iterator[Listed]:
    names = _guide_star_names(context.observation, stem[:13])
    for filename, (part, group, description, is_tracking) in zip(names, _GUIDE_STAR, strict=True):
        level = 1 if part.endswith("uncal") else 2
        yield Listed(
            filename, stem, obsid, "S", group, "AUXILIARY", description, level, is_own and is_tracking, 0.3
        )


def guide_star_files(observation: Observation) -> list[str]:
    """The guide star files of an executed JWST observation's visit."""
    stem = parse_stem(observation.obs_id)
    if stem is None:
        return []
    first = exposures_of(observation)[0] if stem.is_combined else observation.obs_id
    return _guide_star_names(observation, first[:13])


def _guide_star_names(observation: Observation, visit: str) -> list[str]:
    # One acquisition for the whole visit: its files are listed again under every exposure and filter.
    moment = datetime_of(floor(observation.t_min_mjd or 59945.0)) + timedelta(
        seconds=crc32(visit.encode()) % 86400
    )
    return [f"{visit}_{part.format(time=moment.strftime('%Y%j%H%M%S'))}.fits" for part, *_ in _GUIDE_STAR]
