"""Guide star and wavefront sensing rows: files of the observatory, not of a target. Knows no HTTP."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pyarrow as pa

from .arrow import schema
from .catalogue import Catalogue
from .keyword_rows import date_text, table_from
from .naming import parse_stem
from .observation import Observation, from_row, mjd_of
from .products import guide_star_files

_EXP_TYPES = {"gs-id": "FGS_ID-IMAGE", "gs-acq1": "FGS_ACQ1", "gs-acq2": "FGS_ACQ2", "gs-track": "FGS_TRACK"}
_SENSING_FIRST, _SENSING_EVERY_DAYS, _SENSING_COUNT = date(2022, 7, 14), 2, 740
_APERTURES = ("NRCA3_FP1", "NRCA1_FP6")
_PHASE_MAP = re.compile(r"R(\d{4})(\d{2})(\d{2})06-(NRCA3_FP1|NRCA1_FP6)-1\.fits")
_WSS_SCHEMA = schema(
    [
        ("fileName", pa.string()),
        ("dataURI", pa.string()),
        ("ap_type", pa.string()),
        ("apername", pa.string()),
        ("corr_id", pa.string()),
        ("visitId", pa.string()),
        ("obs_id", pa.string()),
        ("date_obs_mjd", pa.float64()),
        ("date_obs", pa.string()),
    ]
)


def guide_star_table(catalogue: Catalogue) -> pa.Table:
    """One row per calibrated guide star file of each visit."""
    rows: list[dict[str, object]] = []
    seen: set[str] = set()
    for batch in catalogue.table.to_batches(max_chunksize=20_000):
        for row in batch.to_pylist():
            if row["obs_collection"] == "JWST" and row["calib_level"] != -1:
                rows += _guide_star_rows(from_row(row), seen)
    return table_from("guidestar", rows)


def _guide_star_rows(observation: Observation, seen: set[str]) -> Iterator[dict[str, object]]:
    stem = parse_stem(observation.obs_id)
    if stem is None or not observation.program.isdigit():
        return
    for filename in guide_star_files(observation):
        if filename in seen or not filename.endswith("_cal.fits"):
            continue
        seen.add(filename)
        start, visit = observation.t_min_mjd, filename[2:13]
        yield {
            "fileName": filename,
            "dataURI": f"mast:JWST/product/{filename}",
            "fileSetName": filename.removesuffix("_cal.fits"),
            "productLevel": "2a",
            "exp_type": next(kind for part, kind in _EXP_TYPES.items() if part in filename),
            "program": int(observation.program),
            "observtn": int(visit[5:8]),
            "visit": int(visit[8:]),
            "visit_id": visit,
            "category": observation.category or None,
            "title": observation.title or None,
            "pi_name": observation.pi or None,
            "instrume": "FGS",
            "detector": "GUIDER1",
            "telescop": "JWST",
            "date_obs": date_text(start),
            "date_obs_mjd": start,
            "publicReleaseDate": date_text(observation.release_mjd),
            "publicReleaseDate_mjd": observation.release_mjd,
            "gs_ra": observation.ra_deg,
            "gs_dec": observation.dec_deg,
            "isRestricted": False,
            "fileSize": None,
            "checksum": None,
        }


def wavefront_table() -> pa.Table:
    """Wavefront maps of routine sensing, every other day, for the two apertures that are used."""
    rows = []
    for number in range(_SENSING_COUNT):
        day = _SENSING_FIRST + timedelta(days=_SENSING_EVERY_DAYS * number)
        aperture = _APERTURES[number % 9 == 8]
        filename = f"R{day:%Y%m%d}06-{aperture}-1.fits"
        mjd = mjd_of(day) + 0.27
        rows.append(
            {
                "fileName": filename,
                "dataURI": f"mast:JWST/product/{filename}",
                "ap_type": "OPD",
                "apername": aperture,
                "corr_id": f"R{day:%Y%m%d}06",
                "visitId": f"04430{number % 900 + 1:03d}001",
                "obs_id": f"V04430{number % 900 + 1:03d}001P0000000002101",
                "date_obs_mjd": mjd,
                "date_obs": date_text(mjd),
            }
        )
    return pa.Table.from_pylist(rows, schema=_WSS_SCHEMA)


def wavefront_observation(filename: str) -> Observation | None:
    """What a wavefront map's header tells of, None for any other name."""
    match = _PHASE_MAP.fullmatch(filename)
    if match is None:
        return None
    mjd = mjd_of(date(int(match[1]), int(match[2]), int(match[3]))) + 0.27
    return from_row(
        {
            "obs_collection": "JWST", "obs_id": filename.removesuffix(".fits"), "calib_level": 3,
            "instrument_name": "NIRCAM/IMAGE", "filters": "F212N", "proposal_id": "4430",
            "t_min": mjd, "t_max": mjd, "dataproduct_type": "image",
        }
    )  # fmt: skip
