"""Every export format, read back by the readers astronomers use."""

import csv
import io
import json
import warnings

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import parse_single_table
from astropy.table import Table
from astropy.utils.exceptions import AstropyUserWarning

from mastportal.tables.batches import BATCH_ROWS
from mastportal.tables.columns import BadQuery
from mastportal.tables.export import FORMATS, export
from tests.tables import make

ODD = pa.table(
    {
        "text": ["=1+1", "-12.5", 'a "b", <c> & d\x01', None, "x" * 500, "Å strange\nline"],
        "other": ["é", "long " * 30, "", "x", "+cmd", "y"],
        "whole": pa.array([1, None, -(2**60), 3, 4, 5]),
        "real": [0.1, float("nan"), float("inf"), None, -1e300, 5.0],
        "flag": [True, False, None, True, True, False],
    },
    schema=pa.schema(
        [
            pa.field("text", pa.string(), metadata={"description": "Odd: 'texts' & \"such\""}),
            pa.field("other", pa.string()),
            pa.field("whole", pa.int64()),
            pa.field("real", pa.float64(), metadata={"unit": "MJD"}),
            pa.field("flag", pa.bool_()),
        ]
    ),
)


def written(table: pa.Table, format: str) -> bytes:
    return b"".join(export(table, format).chunks)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(BadQuery, match="one of csv, ecsv, votable, fits, parquet, json") as caught:
        export(ODD, "xls")
    assert caught.value.field == "format"


def test_csv_cannot_run_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(written(ODD, "csv").decode(), newline="")))
    assert [row["text"] for row in rows[:2]] == ["'=1+1", "-12.5"]
    assert rows[4]["other"] == "'+cmd"
    assert (rows[1]["whole"], rows[1]["real"], rows[2]["flag"], rows[0]["flag"]) == ("", "", "", "true")
    assert rows[5]["text"] == "Å strange\nline"


def test_json_has_nulls_and_all_digits() -> None:
    rows = json.loads(written(ODD, "json"))
    assert rows[2] | {"text": ""} == {"text": "", "other": "", "whole": -(2**60), "real": None, "flag": None}
    assert rows[0]["real"] == 0.1


def test_parquet_is_the_table_itself() -> None:
    back = pq.read_table(io.BytesIO(written(ODD, "parquet")))
    assert back.schema.equals(ODD.schema, check_metadata=True)
    assert back.slice(3).equals(ODD.slice(3))


def test_astropy_reads_the_ecsv() -> None:
    back = Table.read(written(ODD, "ecsv").decode(), format="ascii.ecsv")
    assert back["real"].unit == "d" or str(back["real"].unit) == "MJD"
    assert back["text"].description == "Odd: 'texts' & \"such\""
    assert back["whole"].mask.tolist() == [False, True, False, False, False, False]
    assert back["whole"][2] == -(2**60)
    assert back["flag"].tolist()[:3] == [True, False, None]
    assert back["text"][0] == "=1+1"


def test_astropy_reads_the_votable() -> None:
    back = parse_single_table(io.BytesIO(written(ODD, "votable"))).to_table()
    assert back["whole"].mask.tolist() == [False, True, False, False, False, False]
    assert back["text"][2] == 'a "b", <c> & d�'
    assert back["flag"][0]
    assert str(back["real"].unit) == "d"
    assert back["real"][4] == -1e300


def test_astropy_reads_the_fits_table() -> None:
    with fits.open(io.BytesIO(written(ODD, "fits"))) as hdus:
        hdus.verify("exception")
        with warnings.catch_warnings(action="ignore", category=AstropyUserWarning):  # a null logical
            back = Table.read(hdus[1])
        assert [text.strip() for text in back["text"][[0, 4, 5]]] == ["=1+1", "x" * 500, "A strange\nline"]
        assert back["other"][1].strip() == ("long " * 30).strip()
        assert back["whole"].mask.tolist() == [False, True, False, False, False, False]
        assert back["real"].mask.tolist() == [False, True, True, True, False, False]
        assert back["flag"].tolist()[0] is True


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_table_is_a_file_too(format: str) -> None:
    assert written(make.table([]), format)


def test_an_empty_table_reads_back_empty() -> None:
    empty = make.table([])
    assert len(parse_single_table(io.BytesIO(written(empty, "votable"))).array) == 0
    assert json.loads(written(empty, "json")) == []
    with fits.open(io.BytesIO(written(empty, "fits"))) as hdus:
        assert len(hdus[1].data) == 0


def test_rows_of_many_batches_are_all_there() -> None:
    count = 2 * BATCH_ROWS + 7
    table = pa.table({"n": range(count), "long": [f"{number:01100}" for number in range(count)]})
    assert len(json.loads(written(table, "json"))) == count
    with fits.open(io.BytesIO(written(table, "fits"))) as hdus:
        data = hdus[1].data
        assert data["n"].tolist() == list(range(count))
        assert [int("".join(data["long"][number])) for number in (0, 6000, count - 1)] == [0, 6000, count - 1]


def test_types_and_extensions_are_told() -> None:
    assert export(ODD, "votable").extension == "vot"
    assert export(ODD, "fits").content_type == "application/fits"
