"""MANIFEST.HTML and its twins."""

import csv
import io
import json
from datetime import UTC, datetime

import jsonschema
import pytest
from django.conf import settings

from basket.manifest import (
    Asked,
    ManifestRow,
    as_checksums,
    as_csv,
    as_html,
    as_json,
    description_of,
    json_text,
    name_it_had,
)

MADE_AT = datetime(2026, 11, 23, 1, 2, tzinfo=UTC)


def row(**fields: object) -> ManifestRow:
    usual = {
        "uri": "mast:JWST/product/a_cal.fits",
        "path": "JWST/a/a_cal.fits",
        "description": "calibrated exposure",
        "size": 1234567,
        "sha256": "f" * 64,
        "access": "PUBLIC",
        "status": "OK",
        "reason": "",
    }
    return ManifestRow(**(usual | fields))  # type: ignore[arg-type]


def test_it_names_each_file_with_all_that_is_known() -> None:
    html = as_html("MAST_2026-11-23T0102", [row()], MADE_AT)
    for text in ("a_cal.fits", "calibrated exposure", "1234567", "1.23 MB", "f" * 64, "PUBLIC", "OK"):
        assert text in html
    assert "<h2>Manifest for File: MAST_2026-11-23T0102</h2>" in html
    assert "<h3>Total Files: 1</h3>" in html


def test_it_says_why_a_file_is_not_there() -> None:
    html = as_html("MAST_x", [row(status="RESTRICTED", sha256="", reason="Ask the PI & wait.")], MADE_AT)
    assert "Ask the PI &amp; wait." in html


@pytest.mark.parametrize("part", ["uri", "path", "description", "reason"])
def test_nothing_from_the_archive_becomes_markup(part: str) -> None:
    html = as_html("MAST_x", [row(**{part: "<script>alert(1)</script>\"'"})], MADE_AT)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_link_leads_only_to_the_web() -> None:
    assert 'href="https://partner.example/a.fits"' in as_html(
        "MAST_x", [row(uri="https://partner.example/a.fits", status="REMOTE")], MADE_AT
    )
    assert "href" not in as_html("MAST_x", [row(uri="javascript:alert(1)")], MADE_AT)


def test_notes_come_first() -> None:
    html = as_html("MAST_x", [row()], MADE_AT, ["The product list of observation 7 could not be had."])
    assert html.index("observation 7") < html.index("<table>")


def test_the_json_twin_has_the_same_facts() -> None:
    (file,) = as_json("MAST_x", [row(reason="x")], MADE_AT)["files"]
    assert set(file) > {"uri", "path", "description", "size", "sha256", "access", "status", "reason"}


def test_who_asked_for_what_is_said_in_each_form() -> None:
    asked = Asked("alice", MADE_AT, "Basket “<b>”: 3 observations.\nFrom the search: m57")
    html = as_html("MAST_x", [row()], MADE_AT, (), asked)
    assert "Basket “&lt;b&gt;”: 3 observations.\nFrom the search: m57" in html
    assert "alice" in html
    assert as_json("MAST_x", [], MADE_AT, (), asked)["asked"] == {
        "by": "alice",
        "at": MADE_AT.isoformat(),
        "words": asked.words,
    }


def test_a_version_is_told_in_the_files_own_words() -> None:
    told = row(date="2026-01-02T03:04:05", cal_ver="1.19.1", crds_ctx="jwst_1464.pmap")
    assert "2026-01-02T03:04:05 · 1.19.1 · jwst_1464.pmap" in as_html("MAST_x", [told], MADE_AT)
    assert "2026-01-02T03:04:05,1.19.1,jwst_1464.pmap" in as_csv([told])


def test_a_file_that_had_to_be_renamed_names_what_it_was() -> None:
    html = as_html("MAST_x", [row(path="a-2.fits", product="a.fits")], MADE_AT)
    assert "a-2.fits<small>in the archive: a.fits</small>" in html
    assert name_it_had("a.fits", "JWST/x/a.fits") == ""
    assert name_it_had("a/b.fits", "JWST/x/a_b.fits") == "a/b.fits"


SCHEMA = json.loads((settings.BASE_DIR / "docs" / "manifest.schema.json").read_text())


@pytest.mark.parametrize("status", ["OK", "RESTRICTED", "FAILED", "MISSING", "REMOTE", ""])
def test_the_json_twin_keeps_to_its_schema(status: str) -> None:
    told = as_json("MAST_x", [row(status=status, reason="x"), row(path="b")], MADE_AT, ["why"])
    jsonschema.validate(json.loads(json_text(told)), SCHEMA)


@pytest.mark.parametrize("wrong", [{"sha256": "x"}, {"status": "GONE"}, {"size": None}, {"path": "/etc"}])
def test_the_schema_refuses_what_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json("MAST_x", [row(**wrong)], MADE_AT), SCHEMA)


def test_the_text_of_the_json_twin_has_a_file_a_line() -> None:
    for rows in ([], [row()], [row(), row(path="b\nc")]):
        told = as_json("MAST_x", rows, MADE_AT)
        assert json.loads(json_text(told)) == told
        assert len([line for line in json_text(told).splitlines() if '"uri"' in line]) == len(rows)


def test_the_csv_twin_can_be_read_back() -> None:
    rows = [row(description='two "quoted", words'), row(size=None)]
    found = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert found[0]["description"] == 'two "quoted", words'
    assert found[1]["size"] == ""


def test_no_spreadsheet_runs_what_the_archive_says() -> None:
    told = row(description='=HYPERLINK("http://evil.example")', reason="@x", cal_ver="-1.5")
    (found,) = csv.DictReader(io.StringIO(as_csv([told])))
    assert found["description"] == '\'=HYPERLINK("http://evil.example")'
    assert (found["reason"], found["cal_ver"]) == ("'@x", "-1.5")
    assert as_json("MAST_x", [told], MADE_AT)["files"][0]["description"] == told.description


def test_checksums_are_of_the_files_that_are_there() -> None:
    assert as_checksums([row(), row(status="FAILED")]) == f"{'f' * 64}  JWST/a/a_cal.fits\n"


def test_the_archives_description_goes_before_the_suffixs() -> None:
    assert description_of("FGS guide star", "a_cal.fits") == "FGS guide star"
    assert "alibrated" in description_of(None, "jw01176001001_02101_00001_nrca1_cal.fits")
    assert description_of("", "unheard-of.xyz") == ""
