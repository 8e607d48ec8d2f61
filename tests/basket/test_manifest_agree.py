"""The three forms of a manifest say the same of every file, whatever it is called."""

import csv
import io
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.manifest import ManifestRow, as_checksums, as_csv, as_html, as_json
from mastportal.tables.text import harmless
from tests.basket.test_manifest import MADE_AT, row

COLUMNS = ["uri", "path", "description", "size", "sha256", "access", "status", "reason"]
VERSION = ["date", "cal_ver", "crds_ctx"]
ALL = [*COLUMNS, *VERSION, "product"]
STATUSES = {
    "OK": "",
    "RESTRICTED": "Programme 1234 is exclusive to Jane Doe; ask her.",
    "FAILED": "The archive did not answer.",
    "MISSING": "The archive has no such file.",
    "REMOTE": "Kept by partner.example, not by the archive.",
}
# A browser takes NUL and carriage returns for other characters.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
ROWS = st.lists(
    st.builds(
        ManifestRow,
        uri=TEXT,
        path=TEXT,
        description=TEXT,
        size=st.none() | st.integers(0, 2**50),
        sha256=st.sampled_from(["", "a" * 64]),
        access=st.sampled_from(["PUBLIC", "RESTRICTED"]),
        status=st.sampled_from(list(STATUSES)),
        reason=TEXT,
        date=TEXT,
        cal_ver=TEXT,
        crds_ctx=TEXT,
        product=TEXT,
    ),
    max_size=6,
)
QUICK = settings(max_examples=50, deadline=None)


class Table(HTMLParser):
    """Reads the cells of a page's table as a browser would, and which tags the page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def html_rows(rows: list[ManifestRow]) -> list[list[str]]:
    """The cells of each row; the sixth is the version."""
    return [cells for cells in Table(as_html("MAST_x", rows, MADE_AT)).rows if cells]


def as_shown(row: list[str]) -> list[str]:
    """What the page's cells make of the twins' columns: names and versions are in one cell each."""
    told = dict(zip(ALL, row, strict=True))
    told["path"] += f"in the archive: {told['product']}" if told["product"] else ""
    told["version"] = " · ".join(filter(None, (told[name] for name in VERSION)))
    return [told[name] for name in [*COLUMNS[:5], "version", *COLUMNS[5:]]]


def csv_rows(rows: list[ManifestRow]) -> list[list[str]]:
    header, *found = csv.reader(io.StringIO(as_csv(rows), newline=""))
    assert header == ALL
    return found


def json_rows(rows: list[ManifestRow]) -> list[list[str]]:
    files = as_json("MAST_x", rows, MADE_AT)["files"]
    return [["" if file[name] is None else str(file[name]) for name in ALL] for file in files]


@QUICK
@given(ROWS)
def test_html_json_and_csv_agree(rows: list[ManifestRow]) -> None:
    assert [[harmless(cell) for cell in told] for told in json_rows(rows)] == csv_rows(rows)
    assert html_rows(rows) == [as_shown(each) for each in json_rows(rows)]


@QUICK
@given(ROWS)
def test_no_name_changes_the_page(rows: list[ManifestRow]) -> None:
    """The tags and attributes are the template's own, whatever the values say."""
    partners = row(uri="https://a.example", status="REMOTE", product="b")
    usual = Table(as_html("MAST_x", [row(), partners], MADE_AT))
    page = Table(as_html("MAST_x", rows, MADE_AT))
    assert page.tags <= usual.tags
    assert page.attributes <= usual.attributes


@pytest.mark.parametrize(
    "hostile",
    [
        "</td></tr></table><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ folder }}{% now 'Y' %}",
        "&lt;b&gt; & &amp;",
        'x" onmouseover="alert(1)',
        "<!--",
        "]]>",
    ],
)
def test_hostile_text_is_shown_as_it_is(hostile: str) -> None:
    rows = [row(uri=hostile, path=hostile, description=hostile, reason=hostile)]
    (cells,) = html_rows(rows)
    assert [cells[n] for n in (0, 1, 2, 8)] == [hostile] * 4
    assert csv_rows(rows)[0][0] == hostile


def test_hostile_notes_and_folders_are_shown_as_they_are() -> None:
    page = as_html("<b>MAST</b>", [], MADE_AT, ["<script>note</script>"])
    assert "<script" not in page
    assert "<b>" not in page


@pytest.mark.parametrize(("status", "reason"), STATUSES.items())
def test_each_status_stands_beside_its_reason(status: str, reason: str) -> None:
    rows = [row(status=status, reason=reason)]
    assert html_rows(rows)[0][-2:] == [status, reason]
    for told in (json_rows(rows), csv_rows(rows)):
        assert told[0][6:8] == [status, reason]


def test_what_is_not_there_stands_out() -> None:
    page = as_html("MAST_x", [row(), *(row(status=status) for status in STATUSES if status != "OK")], MADE_AT)
    assert page.count('class="missing"') == len(STATUSES) - 1


def test_the_head_counts_by_status_and_sums_what_is_there() -> None:
    rows = [row(size=1_000_000), row(size=2_000_000), row(size=5_000_000, status="FAILED")]
    page = as_html("MAST_x", rows, MADE_AT)
    assert "1 FAILED · 2 OK · 3" in page
    assert "5 MB" not in page.split("<table>")[0]
    assert "<h3>Total Files: 3</h3>" in page


def test_a_manifest_of_nothing_is_a_manifest() -> None:
    assert "<h3>Total Files: 0</h3>" in as_html("MAST_x", [], MADE_AT)
    told = as_json("MAST_x", [], MADE_AT, ["why"])
    assert (told["files"], told["notes"]) == ([], ["why"])
    assert as_csv([]) == ",".join(ALL) + "\n"
    assert as_checksums([]) == ""


@pytest.mark.parametrize("uri", ["https://a.example/x", "http://a.example/x", "HTTPS://a.example/x"])
def test_partners_addresses_are_links(uri: str) -> None:
    assert f'href="{uri}"' in as_html("MAST_x", [row(uri=uri)], MADE_AT)


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "data:text/html,x", "mast:JWST/a", "//a.example/x"])
def test_nothing_else_is_a_link(uri: str) -> None:
    assert "href" not in as_html("MAST_x", [row(uri=uri)], MADE_AT)


@QUICK
@given(ROWS)
def test_checksums_name_each_file_that_is_there_and_no_other(rows: list[ManifestRow]) -> None:
    there = [each for each in rows if each.status == "OK" and each.sha256]
    assert as_checksums(rows).count("a" * 64 + "  ") == len(there)
