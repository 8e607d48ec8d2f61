"""What an observation row is: MAST's CAOM columns in order, and one row as the synthesis reads it.

Column order: protocol dossier section 3. Imports no other part of the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from .arrow import schema

SCHEMA = schema(
    [
        ("dataproduct_type", pa.string()),
        ("calib_level", pa.int64()),
        ("obs_collection", pa.string()),
        ("obs_id", pa.string()),
        ("target_name", pa.string()),
        ("s_ra", pa.float64()),
        ("s_dec", pa.float64()),
        ("t_min", pa.float64()),
        ("t_max", pa.float64()),
        ("t_exptime", pa.float64()),
        ("wavelength_region", pa.string()),
        ("filters", pa.string()),
        ("em_min", pa.float64()),
        ("em_max", pa.float64()),
        ("target_classification", pa.string()),
        ("obs_title", pa.string()),
        ("t_obs_release", pa.float64()),
        ("instrument_name", pa.string()),
        ("proposal_pi", pa.string()),
        ("proposal_id", pa.string()),
        ("proposal_type", pa.string()),
        ("project", pa.string()),
        ("sequence_number", pa.int64()),
        ("provenance_name", pa.string()),
        ("s_region", pa.string()),
        ("jpegURL", pa.string()),
        ("dataURL", pa.string()),
        ("dataRights", pa.string()),
        ("mtFlag", pa.bool_()),
        ("srcDen", pa.float64()),
        ("intentType", pa.string()),
        ("obsid", pa.int64()),
        ("objID", pa.int64()),
    ]
)
_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
EXCLUSIVE = "EXCLUSIVE_ACCESS"
PUBLIC = "PUBLIC"


def mjd_of(day: date | datetime) -> float:
    """Days since 1858-11-17; a plain date counts as its first moment, naive times as UTC."""
    if not isinstance(day, datetime):
        day = datetime(day.year, day.month, day.day, tzinfo=UTC)
    elif day.tzinfo is None:
        day = day.replace(tzinfo=UTC)
    return (day - _MJD_EPOCH) / timedelta(days=1)


def datetime_of(mjd: float) -> datetime:
    return _MJD_EPOCH + timedelta(days=mjd)


@dataclass(frozen=True, slots=True)
class Observation:
    """One row; texts are empty and numbers 0 where MAST has null, save where None says so."""

    obsid: int
    collection: str
    obs_id: str
    level: int
    instrument_name: str
    filters: str
    product_type: str
    program: str
    pi: str
    category: str
    title: str
    target: str
    classification: str
    ra_deg: float
    dec_deg: float
    t_min_mjd: float | None
    t_max_mjd: float | None
    exposure_s: float
    release_mjd: float | None
    region: str
    is_moving: bool
    data_url: str
    rights: str

    @property
    def is_time_series(self) -> bool:
        return self.product_type == "timeseries"


def from_row(row: Mapping[str, object]) -> Observation:
    def text(name: str) -> str:
        value = row.get(name)
        return "" if value is None else str(value)

    def number(name: str) -> float | None:
        value = row.get(name)
        return float(value) if isinstance(value, int | float) else None

    return Observation(
        int(number("obsid") or 0), text("obs_collection"), text("obs_id"), int(number("calib_level") or 0),
        text("instrument_name"), text("filters"), text("dataproduct_type"), text("proposal_id"),
        text("proposal_pi"), text("proposal_type"), text("obs_title"), text("target_name"),
        text("target_classification"), number("s_ra") or 0.0, number("s_dec") or 0.0, number("t_min"),
        number("t_max"), number("t_exptime") or 0.0, number("t_obs_release"), text("s_region"),
        row.get("mtFlag") is True, text("dataURL"), text("dataRights"),
    )  # fmt: skip
