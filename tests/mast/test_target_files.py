"""Lists as people have them: lines, CSV, ECSV, VOTable, and files that are none of these."""

import io
from contextlib import suppress

import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.errors import BadQuestion, TooMany
from mastportal.mast.target_files import as_written, read_targets

VOTABLE = """<?xml version="1.0"?><VOTABLE xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="ID" datatype="char"/>{fields}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>"""


def table() -> Table:
    made = Table({"main_id": ["a", "b"], "RA": [1.5, 2.5], "DEC": [-3.0, 4.0], "radius": [30.0, 60.0]})
    made["RA"].unit = made["DEC"].unit = "deg"
    made["radius"].unit = "arcsec"
    return made


def written(format: str) -> bytes:
    sink = io.BytesIO() if format == "votable" else io.StringIO()
    table().write(sink, format=format)
    value = sink.getvalue()
    return value if isinstance(value, bytes) else value.encode()


@pytest.mark.parametrize("format", ["ascii.ecsv", "votable"])
def test_what_astropy_writes_is_read(format):
    first, second = read_targets(written(format))
    assert first == {"name": "a", "ra": 1.5, "dec": -3.0, "radius_deg": pytest.approx(30 / 3600)}
    assert second["radius_deg"] == pytest.approx(60 / 3600)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("m57\n\n  # a remark\nVV 191 r=1m\n", ["m57", "VV 191 r=1m"]),
        ("\ufeffm57\r\nm31\r\n", ["m57", "m31"]),
        ("10.68, 41.27\n18 53 35.1 +33 01 45", ["10.68, 41.27", "18 53 35.1 +33 01 45"]),
        ("mine, 10.5, -2.25\n", [{"name": "mine", "ra": 10.5, "dec": -2.25}]),
        (
            "mine\t18:53:35\t+33:01:45\t0.1",
            [{"name": "mine", "ra": "18:53:35", "dec": "+33:01:45", "radius_deg": 0.1}],
        ),
        ("name,ra,dec\na,1,2\n,,\nb,,\n", [{"name": "a", "ra": 1.0, "dec": 2.0}, {"name": "b"}]),
        ("Target Name;other\nM 57;1\n", [{"name": "M 57"}]),
        ("ra,dec,radius_arcmin\n1,2,3\n", [{"ra": 1.0, "dec": 2.0, "radius_deg": 0.05}]),
        ('name,ra,dec\n"a, b",1,2\n', [{"name": "a, b", "ra": 1.0, "dec": 2.0}]),
        ("name,ra,dec\na,nan,inf\n", [{"name": "a", "ra": "nan", "dec": "inf"}]),
        ("=cmd()|x\n<script>alert(1)</script>", ["=cmd()|x", "<script>alert(1)</script>"]),
    ],
)
def test_lines_and_tables_of_text(text, items):
    assert read_targets(text) == items
    assert read_targets(text.encode()) == items


def test_hours_and_sexagesimal_of_a_votable():
    fields = '<FIELD name="RAJ2000" unit="h"/><FIELD name="DEJ2000" unit="deg"/>'
    rows = "<TR><TD>a</TD><TD>1</TD><TD>2</TD></TR><TR><TD>b</TD><TD>1 2 3</TD><TD>+4 5 6</TD></TR>"
    first, second = read_targets(VOTABLE.format(fields=fields, rows=rows))
    assert first == {"ra": 15.0, "dec": 2.0, "name": "a"}
    assert (second["ra"], second["dec"]) == ("1 2 3", "+4 5 6")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no target"),
        (b"# only a remark\n\n", "no target"),
        (b"SIMPLE  =                    T", "not text"),
        (b"\x89PNG\r\n\0\0", "not text"),
        (b"<VOTABLE><broken", "broken"),
        (b"<html><body>hello</body></html>", "not a VOTable"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><VOTABLE/>", "entities"),
        (VOTABLE.format(fields="", rows="").replace("TABLEDATA", "BINARY2").encode(), "binary form"),
        (VOTABLE.format(fields="", rows="").replace('"ID"', '"flux"').encode(), "there are flux"),
        (b"# %ECSV 1.0\n# ---\nflux\n1\n", "there are flux"),
        (b"<VOTABLE>" + b"<a>" * 200_000, "broken"),
    ],
)
def test_what_cannot_be_read_is_said(data, words):
    with pytest.raises(BadQuestion, match=words) as caught:
        read_targets(data)
    assert caught.value.field == "targets"


@pytest.mark.parametrize("start", ["", "name,ra,dec\n"])
def test_more_than_a_thousand_lines_are_too_many(start):
    with pytest.raises(TooMany):
        read_targets(start + "m57,1,2\n" * 1001)


def test_an_item_is_said_as_it_was_written():
    assert as_written("m57 r=1m") == "m57 r=1m"
    assert as_written({"name": "a", "ra": 1.5, "dec": -2, "radius_deg": 0.1}) == "a  1.5 -2  r=0.1"


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_anything_is_read_or_refused(data):
    with suppress(BadQuestion):
        assert read_targets(data)
