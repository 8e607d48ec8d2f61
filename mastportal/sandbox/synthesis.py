"""From drafts of observations to CAOM rows, the same for the facts and the survey. Knows no HTTP."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from zlib import crc32

import numpy as np
import pyarrow as pa

from . import optics, outlines
from .facts import Programme, Visit, programmes, visits
from .modes import Mode, detectors_of, mode_of
from .naming import combined_stem, exposure_stems, planned_stem, rootname
from .observation import SCHEMA, mjd_of
from .stages import main_file, preview_file

CHUNK_ROWS = 50_000
FIRST_OBSID = 300_000_001
_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row needs to be told; all other columns follow."""

    programme: Programme
    obs_id: str
    mode: Mode
    elements: str
    target: str
    ra_deg: float
    dec_deg: float
    classification: str | None
    start_mjd: float | None
    exposure_s: float
    level: int
    shape: str = "polygon"  # polygon circle none
    angle_deg: float = 0.0
    size: float = 1.0
    is_moving: bool = False
    is_time_series: bool = False


def drafts_of_facts() -> Iterator[Draft]:
    """Every observation of the table of visits, in its order."""
    for visit in visits():
        programme = programmes()[visit.mission, visit.program]
        yield from (_hst_drafts if visit.mission == "HST" else _jwst_drafts)(programme, visit)


def _draft(
    programme: Programme, visit: Visit, obs_id: str, elements: str, level: int, number: int = 0
) -> Draft:
    shape = "none" if "noregion" in visit.flags else "circle" if "circle" in visit.flags else "polygon"
    start = None if level == -1 else mjd_of(visit.start) + 0.021 * number
    return Draft(
        programme, obs_id, mode_of(visit.mode), elements, visit.target, visit.ra_deg, visit.dec_deg,
        visit.classification, start, visit.exposure_s, level, shape,
        float(crc32(visit.target.encode()) % 360), 1.0, "moving" in visit.flags, "tso" in visit.flags,
    )  # fmt: skip


def _jwst_drafts(programme: Programme, visit: Visit) -> Iterator[Draft]:
    mode = mode_of(visit.mode)
    for number, elements in enumerate(visit.elements):
        if "planned" in visit.flags:
            for exposure in range(1, visit.exposures + 1):
                obs_id = planned_stem(
                    visit.program, visit.observation, exposure + 10 * number, mode.instrument
                )
                yield _draft(programme, visit, obs_id, elements, -1)
        elif "exposure-level" in visit.flags:
            stems = exposure_stems(
                visit.program, f"{visit.observation:03d}", "001", elements, visit.exposures,
                detectors_of(mode, elements),
            )  # fmt: skip
            for stem in stems:
                yield _draft(programme, visit, stem, elements, 2, number)
        else:
            for target in _targets(visit):
                stem = combined_stem(
                    visit.program, visit.candidate or visit.observation, target, mode, elements
                )
                yield _draft(programme, visit, stem, elements, 3, number)


def _targets(visit: Visit) -> list[str]:
    if not visit.sources:
        return [f"t{visit.observation % 50 + 1:03d}"]
    return [f"s{visit.observation * 1000 + n:09d}" for n in range(1, visit.sources + 1)]


def _hst_drafts(programme: Programme, visit: Visit) -> Iterator[Draft]:
    letter = {"ACS": "j", "WFC3": "i", "STIS": "o", "COS": "l"}[visit.mode.partition("/")[0]]
    for number, elements in enumerate(visit.elements):
        obs_id = rootname(letter, visit.program, visit.observation, number + 1, is_association=True)
        level = -1 if "planned" in visit.flags else 3
        yield _draft(programme, visit, obs_id, elements, level, number)


def table_of(drafts: Iterable[Draft]) -> pa.Table:
    """The CAOM table; obsid counts up from FIRST_OBSID in the order of the drafts, whatever their number."""
    source, batches, done = iter(drafts), [], 0
    while chunk := list(islice(source, CHUNK_ROWS)):
        batches.append(_batch(chunk, FIRST_OBSID + done))
        done += len(chunk)
    return pa.Table.from_batches(batches, schema=SCHEMA)


def _batch(drafts: Sequence[Draft], first_obsid: int) -> pa.RecordBatch:
    columns: dict[str, Sequence[object]] = {
        **_identity(drafts, first_obsid),
        **_times(drafts),
        **_content(drafts),
    }
    columns["s_region"] = _regions(drafts)
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[field.name], type=field.type) for field in SCHEMA], schema=SCHEMA
    )


def _identity(drafts: Sequence[Draft], first_obsid: int) -> dict[str, Sequence[object]]:
    jwst = [draft.programme.mission == "JWST" for draft in drafts]
    planned = [draft.level == -1 for draft in drafts]
    return {
        "obs_collection": [draft.programme.mission for draft in drafts],
        "project": [draft.programme.mission for draft in drafts],
        "provenance_name": [
            ("APT" if plan else "CALJWST") if is_jwst else None
            for is_jwst, plan in zip(jwst, planned, strict=True)
        ],
        "obs_id": [draft.obs_id for draft in drafts],
        "calib_level": [draft.level for draft in drafts],
        "proposal_id": [draft.programme.program for draft in drafts],
        "proposal_pi": [draft.programme.pi for draft in drafts],
        "proposal_type": [draft.programme.category for draft in drafts],
        "obs_title": [draft.programme.title for draft in drafts],
        "sequence_number": [1 if plan else None for plan in planned],
        "obsid": range(first_obsid, first_obsid + len(drafts)),
        "objID": range(first_obsid + 500_000_000, first_obsid + 500_000_000 + len(drafts)),
        "dataURL": [None if plan else main_file(draft) for draft, plan in zip(drafts, planned, strict=True)],
        "jpegURL": [
            None if plan else preview_file(draft) for draft, plan in zip(drafts, planned, strict=True)
        ],
    }


def _times(drafts: Sequence[Draft]) -> dict[str, Sequence[object]]:
    # An observation lasts longer than its exposures; MAST's rows show about this overhead.
    ends = [None if d.start_mjd is None else d.start_mjd + d.exposure_s * 1.12 / 86400 for d in drafts]
    return {
        "t_min": [draft.start_mjd for draft in drafts],
        "t_max": ends,
        "t_exptime": [draft.exposure_s for draft in drafts],
        "t_obs_release": [
            None if end is None else end + 0.9 + draft.programme.exclusive_months * _DAYS_PER_MONTH
            for draft, end in zip(drafts, ends, strict=True)
        ],
        "dataRights": ["PUBLIC"] * len(drafts),
    }


def _content(drafts: Sequence[Draft]) -> dict[str, Sequence[object]]:
    bands = [optics.band_nm(draft.elements, draft.mode.name) for draft in drafts]
    calibration = {"CAL", "COM", "ENG"}
    return {
        "dataproduct_type": [
            "timeseries" if draft.is_time_series else draft.mode.product_type for draft in drafts
        ],
        "target_name": [draft.target for draft in drafts],
        "s_ra": [draft.ra_deg for draft in drafts],
        "s_dec": [draft.dec_deg for draft in drafts],
        "wavelength_region": [optics.region_of(draft.mode.name, draft.elements) for draft in drafts],
        "filters": [draft.elements for draft in drafts],
        "em_min": [band[0] for band in bands],
        "em_max": [band[1] for band in bands],
        "target_classification": [draft.classification for draft in drafts],
        "instrument_name": [draft.mode.name for draft in drafts],
        "mtFlag": [draft.is_moving for draft in drafts],
        "srcDen": [None] * len(drafts),
        "intentType": [
            "calibration"
            if draft.programme.category in calibration and "Calibration" in (draft.classification or "")
            else "science"
            for draft in drafts
        ],
    }  # fmt: skip


def _regions(drafts: Sequence[Draft]) -> list[str | None]:
    def column(values: Iterable[float]) -> np.ndarray:
        return np.fromiter(values, dtype=np.float64, count=len(drafts))

    ra, dec = outlines.corners_deg(
        column(d.ra_deg for d in drafts),
        column(d.dec_deg for d in drafts),
        column(d.mode.width_arcmin * d.size / 60 for d in drafts),
        column(d.mode.height_arcmin * d.size / 60 for d in drafts),
        column(d.angle_deg for d in drafts),
    )
    # MAST writes both forms: combined products without the frame's name, exposures with it.
    texts = outlines.polygons(ra, dec, ["POLYGON ICRS" if d.level == 2 else "POLYGON" for d in drafts])
    return [
        None if d.shape == "none"
        else outlines.circle(d.ra_deg, d.dec_deg, d.mode.width_arcmin / 120) if d.shape == "circle"
        else text
        for d, text in zip(drafts, texts, strict=True)
    ]  # fmt: skip
