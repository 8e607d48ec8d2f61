"""Every export format, read back by the readers astronomers use."""

import csv
import io
import json
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import parse, parse_single_table
from astropy.io.votable.ucd import parse_ucd
from astropy.table import Table
from astropy.units import Unit
from astropy.utils.exceptions import AstropyUserWarning

from mastportal.mast.fields import (
    FIELDS_WITH_DISTANCE,
    INSTRUMENTS,
    OBSERVATION_FIELDS,
    PRODUCT_FIELDS,
    Field,
    arrow_schema,
    fields_of,
)
from mastportal.tables.batches import BATCH_ROWS, About, standard_unit
from mastportal.tables.columns import BadQuery, columns_of
from mastportal.tables.export import FORMATS, export
from mastportal.tables.fits import chunks as fits_chunks
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


def keywords_of(instrument: str) -> tuple[Field, ...]:
    return fields_of("jwst-keywords", instrument)


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
    assert back.replace_schema_metadata(None).schema.equals(ODD.schema, check_metadata=True)
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
        assert [text.strip() for text in back["text"][[0, 4, 5]]] == ["=1+1", "x" * 500, "A strange line"]
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
    file = written(table, "fits")
    with fits.open(io.BytesIO(file)) as hdus:
        start, row_bytes = hdus[1].fileinfo()["datLoc"], hdus[1].header["NAXIS1"]
    heap = file[start + count * row_bytes :]
    # By hand: astropy takes a second for each 1,000 texts of the heap.
    kinds = [("n", ">i8"), ("length", ">i4"), ("at", ">i4")]
    rows = np.frombuffer(file, kinds, count, start)
    assert rows["n"].tolist() == list(range(count))
    assert [int(heap[at : at + length]) for _, length, at in rows] == list(range(count))


@pytest.mark.parametrize(("most", "form"), [(10**9, "1PA(2000)"), (5_999, "1QA(2000)")])
def test_a_heap_beyond_32_bits_takes_wide_descriptors(most: int, form: str) -> None:
    values = [letter * 2000 for letter in "abc"]
    file = b"".join(fits_chunks(pa.table({"long": values, "n": [1, 2, 3]}), heap_of_32_bits=most))
    with fits.open(io.BytesIO(file)) as hdus:
        assert hdus[1].header["TFORM1"] == form
        assert ["".join(text) for text in hdus[1].data["long"]] == values
        assert hdus[1].data["n"].tolist() == [1, 2, 3]


TOLD = About("Observations of <M 57>: “all” & more\nlines", "f.a=é", "mast", "2026-11-23T04:00:00Z")


def test_files_tell_where_they_are_from() -> None:
    ecsv, votable, parquet = (
        b"".join(export(ODD, name, TOLD).chunks) for name in ("ecsv", "votable", "parquet")
    )
    assert Table.read(ecsv.decode(), format="ascii.ecsv").meta == dict(TOLD.told())
    resource = parse(io.BytesIO(votable)).resources[0]
    assert resource.description.replace("\n", " ") == TOLD.question.replace("\n", " ")
    infos = {info.name: info.value for info in resource.infos}
    assert infos == {"QUERY_STATUS": "OK"} | {name: text for name, text in TOLD.told() if name != "question"}
    assert pq.read_schema(io.BytesIO(parquet)).metadata[b"archive"] == b"mast"
    with fits.open(io.BytesIO(b"".join(export(ODD, "fits", TOLD).chunks))) as hdus:
        hdus.verify("exception")
        assert "archive: mast" in list(hdus[1].header["HISTORY"])


def test_units_ucds_and_systems_come_back_from_every_format_that_has_them() -> None:
    schema = arrow_schema(
        [field for field in OBSERVATION_FIELDS if field.name in {"s_ra", "t_min", "em_max"}]
    )
    table = pa.table([[1.5, None]] * 3, schema=schema)
    votable = parse(io.BytesIO(written(table, "votable"))).resources[0]
    fields = {field.name: field for field in votable.tables[0].fields}
    assert [votable.coordinate_systems[0].system, votable.time_systems[0].timescale] == ["ICRS", "UTC"]
    assert (fields["s_ra"].ref, fields["t_min"].ref, fields["em_max"].ref) == ("icrs", "utc", None)
    assert (str(fields["t_min"].unit), fields["t_min"].ucd) == ("d", "time.start;obs.exposure")
    by_format = {
        "ecsv": Table.read(written(table, "ecsv").decode(), format="ascii.ecsv"),
        "votable": votable.tables[0].to_table(),
    }
    for name, back in by_format.items():
        assert [str(back[column].unit) for column in ("s_ra", "t_min", "em_max")] == ["deg", "d", "nm"], name
        assert back["s_ra"].meta["ucd"] == "pos.eq.ra;meta.main", name
        assert back["s_ra"].tolist() == [1.5, None]
    inside = pq.read_schema(io.BytesIO(written(table, "parquet"))).metadata[b"IVOA.VOTable-Parquet.content"]
    told = parse(io.BytesIO(inside)).resources[0].tables[0].fields
    assert [(field.name, str(field.unit), field.ref) for field in told] == [
        (field.name, str(field.unit), field.ref) for field in fields.values()
    ]
    with fits.open(io.BytesIO(written(table, "fits"))) as hdus:
        assert [hdus[1].header[f"TUNIT{number}"] for number in (1, 2, 3)] == ["d", "deg", "nm"]
        assert hdus[1].header["TUCD2"] == "pos.eq.ra;meta.main"


@pytest.mark.parametrize("fields", [FIELDS_WITH_DISTANCE, PRODUCT_FIELDS, *map(keywords_of, INSTRUMENTS)])
def test_the_ucds_are_words_of_the_list_and_units_of_the_standard(fields: tuple[Field, ...]) -> None:
    for column in columns_of(arrow_schema(fields)).values():
        assert not column.ucd or parse_ucd(column.ucd, check_controlled_vocabulary=True)
        assert Unit(standard_unit(column), format="vounit") is not None
        assert column.system in {"", "icrs", "utc", "tdb"}


def test_types_and_extensions_are_told() -> None:
    assert export(ODD, "votable").extension == "vot"
    assert export(ODD, "fits").content_type == "application/fits"
