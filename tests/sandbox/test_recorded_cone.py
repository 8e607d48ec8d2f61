"""Cones over the recorded rows: exactly the footprints that touch, counted again on a flat map by shapely."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
import shapely

from mastportal.sandbox.regions import parse_regions
from mastportal.sandbox.sky import Footprints

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "mast" / "data" / "observations_merged.csv.gz"
COLUMNS = {"s_ra": pa.float64(), "s_dec": pa.float64(), "s_region": pa.string()}


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    if not RECORDED.exists():
        pytest.skip("the recorded metadata (../shared/mast) is not on this machine")
    options = pa.csv.ConvertOptions(
        column_types=COLUMNS, include_columns=list(COLUMNS), strings_can_be_null=True
    )
    return pa.csv.read_csv(RECORDED, convert_options=options)


@pytest.fixture(scope="module")
def held(rows: pa.Table) -> Footprints:
    ra, dec = (rows[name].to_numpy() for name in ("s_ra", "s_dec"))
    return Footprints(parse_regions(rows["s_region"]), ra, dec)


def gnomonic(ra_deg: np.ndarray, dec_deg: np.ndarray, centre: tuple[float, float]) -> np.ndarray:
    """Tangent-plane coordinates: great circles are straight lines on it. NaN beyond 60 degrees."""
    ra, dec = np.radians(ra_deg - centre[0]), np.radians(dec_deg)
    dec0 = np.radians(centre[1])
    cosine = np.sin(dec0) * np.sin(dec) + np.cos(dec0) * np.cos(dec) * np.cos(ra)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.cos(dec) * np.sin(ra) / cosine
        y = (np.cos(dec0) * np.sin(dec) - np.sin(dec0) * np.cos(dec) * np.cos(ra)) / cosine
    return np.where((cosine > 0.5)[:, None], np.column_stack([x, y]), np.nan)


def touches(row: dict[str, object], centre: tuple[float, float], radius_deg: float) -> bool:
    """A circle around the tangent point is a circle on the map, of radius tan(r)."""
    reach = np.tan(np.radians(radius_deg))
    origin = shapely.Point(0, 0)
    shapes = re.findall(
        r"POLYGON([^A-Z]*)", re.sub(r"ICRS|J2000|GSC1", "", str(row["s_region"] or "").upper())
    )
    for text in shapes:
        ra, dec = np.array(text.split(), dtype=float).reshape(-1, 2).T
        flat = gnomonic(ra, dec, centre)
        if np.isfinite(flat).all() and shapely.make_valid(shapely.Polygon(flat)).distance(origin) <= reach:
            return True
    if shapes or row["s_ra"] is None:
        return False
    flat = gnomonic(np.array([row["s_ra"]]), np.array([row["s_dec"]]), centre)
    return bool(np.hypot(*flat[0]) <= reach)


@pytest.mark.parametrize(
    ("centre", "radius_deg"),
    [
        ((204.25383, -29.86576), 0.1),
        ((151.757, -40.436), 1 / 30),
        ((53.16, -27.78), 0.25),
        ((150.1, 2.2), 0.5),
    ],
    ids=["m83 r=6m", "ngc3132 r=2m", "GOODS-S", "COSMOS"],
)
def test_exactly_the_rows_that_touch(
    rows: pa.Table, held: Footprints, centre: tuple[float, float], radius_deg: float
) -> None:
    near = np.flatnonzero(
        np.hypot(*gnomonic(rows["s_ra"].to_numpy(), rows["s_dec"].to_numpy(), centre).T)
        < np.tan(np.radians(3))
    )
    expected = [
        int(n)
        for n, row in zip(near, rows.take(near).to_pylist(), strict=True)
        if touches(row, centre, radius_deg)
    ]
    found = held.within(*centre, radius_deg)[0].tolist()
    assert found == expected
    assert found
