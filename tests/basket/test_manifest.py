"""MANIFEST.HTML and its twins."""

import csv
import io
from datetime import UTC, datetime

import pytest

from basket.manifest import ManifestRow, as_checksums, as_csv, as_html, as_json, description_of

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
    (file,) = as_json([row(reason="x")])["files"]
    assert set(file) == {"uri", "path", "description", "size", "sha256", "access", "status", "reason"}


def test_the_csv_twin_can_be_read_back() -> None:
    rows = [row(description='two "quoted", words'), row(size=None)]
    found = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert found[0]["description"] == 'two "quoted", words'
    assert found[1]["size"] == ""


def test_checksums_are_of_the_files_that_are_there() -> None:
    assert as_checksums([row(), row(status="FAILED")]) == f"{'f' * 64}  JWST/a/a_cal.fits\n"


def test_the_archives_description_goes_before_the_suffixs() -> None:
    assert description_of("FGS guide star", "a_cal.fits") == "FGS guide star"
    assert "alibrated" in description_of(None, "jw01176001001_02101_00001_nrca1_cal.fits")
    assert description_of("", "unheard-of.xyz") == ""
