"""The presets, against product lists recorded from MAST."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from basket.contents import Contents, products_table
from basket.rules import RULES
from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.search.merging import merged

TODAY_MJD = 61274.0
WHOLE_LIST = "254258368"
OWN_LEVEL_TWO = "89376203"


def value_of(text: str, arrow_type: pa.DataType) -> object:
    if text == "":
        return None
    return int(text) if pa.types.is_integer(arrow_type) else text


@pytest.fixture(scope="module")
def recorded(shared: Path) -> pa.Table:
    """The recorded rows as the archive client gives them."""
    with gzip.open(shared / "mast/data/caom_products_verbatim.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    schema = arrow_schema(PRODUCT_FIELDS)
    columns = [[value_of(row[field.name], field.type) for row in rows] for field in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def products_of(recorded: pa.Table, *obsids: str) -> pa.Table:
    mask = np.isin(np.array(recorded["parent_obsid"].to_pylist(), dtype=object), obsids)
    listed = merged([recorded.filter(pa.array(mask))], recorded.schema)
    return products_table(Contents(tuple({"obsid": obsid} for obsid in obsids)), listed, TODAY_MJD)


def names(products: pa.Table, preset: str) -> list[str]:
    mask = RULES[preset](products)
    return sorted(products.filter(pa.array(mask))["productFilename"].to_pylist())


def kinds(products: pa.Table, preset: str) -> dict[str, int]:
    chosen = products.filter(pa.array(RULES[preset](products)))
    found = chosen["productSubGroupDescription"].to_pylist()
    return {kind: found.count(kind) for kind in sorted(set(found), key=str)}


def test_highest_level_brings_its_lower_level_science_and_what_ties_them(recorded: pa.Table) -> None:
    products = products_of(recorded, WHOLE_LIST)
    assert kinds(products, "parents") == {
        "ANNNN_CRF": 1,
        "ANNNN_S2D": 1,
        "ANNNN_X1D": 1,
        "ASN": len({n for n in products["productFilename"].to_pylist() if n.endswith("asn.json")}),
        "CAL": 26,
        "MSA": len({n for n in products["productFilename"].to_pylist() if n.endswith("msa.fits")}),
        "POOL": len({n for n in products["productFilename"].to_pylist() if n.endswith("pool.csv")}),
        "RATE": 26,
        "RATEINTS": 26,
        "S2D": 18,
        "UNCAL": 26,
        "X1D": 18,
    }


@pytest.mark.parametrize("preset", ["parents", "recommended"])
def test_no_previews(recorded: pa.Table, preset: str) -> None:
    products = products_of(recorded, WHOLE_LIST)
    assert not [name for name in names(products, preset) if name.endswith((".jpg", ".png"))]


def test_recommended_is_what_the_archive_marked(recorded: pa.Table) -> None:
    products = products_of(recorded, WHOLE_LIST)
    marked = products.filter(pa.array([bool(v) for v in products["productGroupDescription"].to_pylist()]))
    assert names(products, "recommended") == sorted(marked["productFilename"].to_pylist())
    assert len(names(products, "recommended")) == 5


def test_guide_stars_of_an_exposure_are_left_out(recorded: pa.Table) -> None:
    wanted = names(products_of(recorded, OWN_LEVEL_TWO), "parents")
    ends = sorted(name.rsplit("_", 1)[1] for name in wanted)
    assert ends == ["asn.json", "cal.fits", "pool.csv", "rate.fits", "rateints.fits"]
