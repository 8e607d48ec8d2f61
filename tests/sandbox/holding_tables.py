"""Small recorded tables and observations that the tests of the holdings are made of."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mastportal.sandbox.bodies import Facts
from mastportal.sandbox.observation import Observation, from_row

OBSERVATION: dict[str, Any] = {
    "obsid": 300000001,
    "obs_collection": "JWST",
    "obs_id": "jw01176-o341_t042_nircam_clear-f090w",
    "calib_level": 3,
    "instrument_name": "NIRCAM/IMAGE",
    "filters": "F090W",
    "dataproduct_type": "image",
    "proposal_id": "1176",
    "proposal_pi": "Windhorst, Rogier A.",
    "proposal_type": "GTO",
    "obs_title": "JWST Medium-Deep Fields -- Windhorst IDS GTO Program",
    "target_name": "VV-191",
    "s_ra": 207.0926,
    "s_dec": 25.6779,
    "t_min": 59762.4,
    "t_max": 59762.5,
    "t_exptime": 901.9,
    "t_obs_release": 60128.1,
    "s_region": "POLYGON 207.1 25.6 207.2 25.6 207.2 25.7 207.1 25.7",
    "mtFlag": False,
}


def observation(**changes: Any) -> Observation:
    """VV 191 as NIRCam saw it, with changes."""
    return from_row({**OBSERVATION, **changes})


def facts(filename: str, *, version: int = 0, file_bytes: int = 64_000, **changes: Any) -> Facts:
    """What a body of this name is made from."""
    made = datetime(2026, 8, 1, 12, tzinfo=UTC)
    return Facts(filename, observation(**changes), version, made, file_bytes, 1.0)


def write_csv(path: Path, *rows: dict[str, Any]) -> Path:
    """A csv of these rows; the first row names the columns."""
    lines = [",".join(rows[0])]
    lines += [",".join("" if value is None else f'"{value}"' for value in row.values()) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path
