"""The recorded observations, read once for all tests of this room."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv


@pytest.fixture(scope="session")
def recorded(shared: Path) -> pa.Table:
    """Footprints and positions of the 44,241 recorded rows."""
    types = {"s_region": pa.string(), "s_ra": pa.float64(), "s_dec": pa.float64()}
    return csv.read_csv(
        shared / "mast/data/observations_merged.csv.gz",
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=types, include_columns=list(types), strings_can_be_null=True
        ),
    )
