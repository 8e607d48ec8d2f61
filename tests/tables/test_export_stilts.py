"""Exports as STILTS, the command line of TOPCAT, sees them; skipped with a clear line where it is absent."""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

from mastportal.mast.fields import FIELDS_WITH_DISTANCE, arrow_schema
from mastportal.tables.batches import About
from mastportal.tables.export import export

HOSTILE = ["<script>alert('x')</script>", "a & b ]]>", "=1+1", "'quoted' \"twice\"", " blanks ", "x" * 20_000]
FLOATS = [1.5, None, -1e300, 5e-324, 0.1, 12345.678901234567]
WHOLE = [3, None, -(2**62), 0, 2**53 + 1, -1]
FLAGS = [True, None, False, True, False, True]


def observations() -> pa.Table:
    """Six rows with every column of observations, each text, number and flag of them odd."""
    made = {"string": HOSTILE, "double": FLOATS, "int64": WHOLE, "bool": FLAGS}
    schema = arrow_schema(FIELDS_WITH_DISTANCE)
    return pa.Table.from_arrays(
        [pa.array(made[str(field.type)], field.type) for field in schema], schema=schema
    )


@pytest.fixture(scope="session")
def stilts() -> str:
    """The program. Required where REQUIRE_STILTS is set, as continuous integration does."""
    found = shutil.which("stilts")
    if found is None and os.environ.get("REQUIRE_STILTS"):
        pytest.fail("stilts is required here and was not found")
    if found is None:
        pytest.skip("stilts (Debian package stilts) is not on this machine: its tests are skipped")
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the observations in the formats STILTS reads."""
    folder = tmp_path_factory.mktemp("exports")
    told = About("Observations of <M 57> & more", "f.filters=F150W", "mast", "2026-11-23T04:00:00Z")
    for name in ("votable", "fits"):
        made = export(observations(), name, told)
        (folder / f"table.{made.extension}").write_bytes(b"".join(made.chunks))
    empty = export(observations().slice(0, 0), "votable")
    (folder / "empty.vot").write_bytes(b"".join(empty.chunks))
    return folder


def run(stilts: str, *arguments: str) -> str:
    done = subprocess.run(
        [stilts, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_votlint_has_nothing_to_say(stilts: str, files: Path) -> None:
    for name in ("table.vot", "empty.vot"):
        assert run(stilts, "votlint", "ucd=true", "unit=true", f"votable={files / name}") == ""


@pytest.mark.parametrize(("name", "format"), [("table.vot", "votable"), ("table.fits", "fits")])
def test_tpipe_gives_every_value_back(stilts: str, files: Path, name: str, format: str) -> None:
    text = run(stilts, "tpipe", f"ifmt={format}", "ofmt=csv", f"in={files / name}")
    found = list(csv.DictReader(io.StringIO(text)))
    table = observations()
    assert list(found[0]) == table.column_names
    for column in table.column_names:
        values, expected = [row[column] for row in found], table[column].to_pylist()
        if pa.types.is_string(table.schema.field(column).type):
            assert [value.strip() for value in values] == [value.strip() for value in expected]
        elif pa.types.is_boolean(table.schema.field(column).type):
            assert values == ["" if value is None else str(value).lower() for value in expected]
        else:
            number = type(expected[0])
            assert [number(value) if value else None for value in values] == expected


@pytest.mark.parametrize(("name", "format"), [("table.vot", "votable"), ("table.fits", "fits")])
def test_units_and_ucds_are_read(stilts: str, files: Path, name: str, format: str) -> None:
    text = run(stilts, "tpipe", f"ifmt={format}", "ofmt=csv", "cmd=meta name units ucd", f"in={files / name}")
    told = {row["Name"]: (row["Units"], row["UCD"]) for row in csv.DictReader(io.StringIO(text))}
    assert told["s_ra"] == ("deg", "pos.eq.ra;meta.main")
    assert told["t_min"] == ("d", "time.start;obs.exposure")
    assert told["em_max"] == ("nm", "em.wl;stat.max")
