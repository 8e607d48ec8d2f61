"""Pages of rows that nobody trusts: markup, long texts and odd addresses are shown as text or refused."""

import re
import uuid
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pyarrow as pa
import pytest
from django.urls import reverse
from django.utils import timezone

from mastportal.search.models import ResultSet, Search
from mastportal.search.questions import ask
from mastportal.search.results import tables
from mastportal.tables.codes import OpenTable
from mastportal.work import Phase
from tests.search.make import PROGRAMME

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}{% url 'search' %}"
LONG = "M" * 100_000
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def search(alice) -> Search:
    """A search whose rows are here, and say what nobody would."""
    found = ask(PROGRAMME, alice).search
    values = {"phase": Phase.COMPLETED, "ended_at": timezone.now() - timedelta(seconds=5), "row_count": 4}
    ResultSet.objects.update(**values)
    Search.objects.update(current=found.latest)
    found.refresh_from_db()
    columns = {
        "obsid": ["1", "2", EVIL, "4"],
        "target_name": [EVIL, LONG, "plain", None],
        "filters": ["F1;<b>F2</b>", "", None, "F1"],
        "calib_level": [3, -1, 2, None],
        "t_min": [59_800.0, float("nan"), float("inf"), None],
        "dataURI": ['mast:x/"><script>', None, None, "javascript:alert(1)"],
    }
    fields = {"filters": {"separator": ";", "label": "<i>Filters</i>"}, "t_min": {"unit": "MJD"}}
    table = pa.table(columns)
    schema = pa.schema([each.with_metadata(fields.get(each.name, {})) for each in table.schema])
    kept = OpenTable(table.cast(schema.with_metadata({"key": "obsid"})))
    tables.get(found.current_id, lambda: kept)
    yield found
    tables.forget(found.current_id)


def page_of(search: Search, *pairs: tuple[str, str]) -> str:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    return f"{reverse('result', args=[search.pk])}?{query}"


def text(answer) -> str:
    return answer.content.decode()


def is_harmless(page: str) -> bool:
    markup = ("<script>alert", "<img src=x", "<b>F2", "<i>Filters", 'x/"><script', "{{ 7", "14{%")
    return not [each for each in markup[:5] if each in page]


def test_markup_in_rows_is_text(web, search):
    page = text(web.get(page_of(search)))
    assert is_harmless(page)
    assert EVIL in unescape(page)
    assert page.count("data-row=") == 4


def test_markup_in_a_fragment_is_text(web, search):
    assert is_harmless(text(web.get(page_of(search), **HTMX)))


@pytest.mark.parametrize(
    "pair",
    [
        ("q", EVIL),
        ("f.target_name", EVIL),
        ("not.target_name", EVIL),
        ("like.target_name", EVIL),
        ("min.target_name", EVIL),
        ("result-x", EVIL),
        (f"x{EVIL}".replace(".", ""), "1"),
    ],
)
def test_markup_in_the_address_is_text(web, search, pair):
    answer = web.get(page_of(search, pair))
    assert answer.status_code == 200
    assert is_harmless(text(answer))


@pytest.mark.parametrize(
    "pair", [(f"f.{EVIL}", "1"), ("sort", EVIL), ("page", EVIL), ("min.t_min", EVIL), (f"{EVIL}.x", "1")]
)
def test_markup_in_a_mistake_is_text(web, search, pair):
    answer = web.get(page_of(search, pair))
    assert answer.status_code == 400
    assert is_harmless(text(answer))
    assert "Show all rows" in text(answer)


def test_a_value_of_markup_can_be_chosen(web, search):
    page = text(web.get(page_of(search, ("f.target_name", EVIL))))
    assert page.count("data-row=") == 1
    assert EVIL in unescape(page)


@pytest.mark.parametrize("pair", [("q", "M" * 3000), ("f.filters", "é" * 3000), ("like.filters", "*a" * 999)])
def test_a_long_value_is_asked_like_any(web, search, pair):
    assert web.get(page_of(search, pair)).status_code == 200


@pytest.mark.parametrize("pair", [("page", "9" * 5000), ("sort", "x" * 5000), ("f.no", "1"), ("page", "-1")])
def test_a_bad_address_is_a_short_page_of_its_own(web, search, pair):
    answer = web.get(page_of(search, pair))
    assert answer.status_code == 400
    assert "asks for something the table does not have" in text(answer)
    assert len(text(answer)) < 30_000


@pytest.mark.parametrize("number", ["2", "999", "1000000000"])
def test_a_page_past_the_end_shows_the_last(web, search, number):
    page = text(web.get(page_of(search, ("page", number), ("page_size", "3"))))
    assert page.count("data-row=") == 1
    assert "rows 4–4" in page


def test_rows_without_numbers_say_that_there_is_no_value(web, search):
    page = text(web.get(page_of(search, ("columns", "t_min"))))
    assert page.count('<td class="num no-value" title="no value">–</td>') == 3
    assert "nan" not in page.partition("<tbody>")[2].partition("</tbody>")[0].casefold()


def test_filters_that_keep_nothing_say_so_and_can_be_removed(web, search):
    page = text(web.get(page_of(search, ("f.target_name", "nobody"))))
    assert "No rows match" in page
    assert "None of the 4 rows" in page
    assert "Remove all filters" in page
    assert "Add all" not in page


@pytest.mark.parametrize("number", range(4))
def test_all_about_a_hostile_row_is_text(web, search, number):
    answer = web.get(reverse("result-row", args=[search.pk, search.current_id, number]))
    assert answer.status_code == 200
    assert is_harmless(text(answer))


def test_an_address_of_another_kind_is_no_link(web, search):
    page = text(web.get(page_of(search)))
    assert 'href="javascript' not in page
    assert "/api/v1/products/download?uri=javascript:alert%281%29" in page


def test_export_links_carry_filters_order_and_columns(web, search):
    page = unescape(text(web.get(page_of(search, ("f.filters", "F1"), ("sort", "-obsid")))))
    link = page.partition(f"/export?result={search.current_id}&")[2].partition('"')[0]
    assert "f.filters=F1" in link
    assert "sort=-obsid" in link
    assert "target_name" in link.partition("columns=")[2]


def test_a_pinned_answer_stays_pinned_in_every_link(web, search):
    pinned = f"result={search.current_id}"
    page = unescape(text(web.get(page_of(search, ("result", str(search.current_id))))))
    address = reverse("result", args=[search.pk])
    links = re.findall(rf'(<a [^>]*)href="{address}(\?[^"]*)', page)
    newest = [link for before, link in links if 'data-permalink="newest"' in before]
    filtered = [link for before, link in links if 'data-permalink="newest"' not in before]
    assert len(newest) == 1 < len(filtered)
    assert all(pinned in link for link in filtered)


@pytest.mark.parametrize("pinned", ["x", "", str(uuid.UUID(int=0)), EVIL, "0" * 5000])
def test_odd_snapshots_are_the_newest_or_not_found(web, search, pinned):
    answer = web.get(page_of(search, ("result", pinned)))
    assert answer.status_code == (200 if not pinned else 404)
    assert is_harmless(text(answer))


@pytest.mark.parametrize("name", ["target", "programs", "ids"])
@pytest.mark.parametrize("value", ["\x00", "m57\x00", "\n\n", EVIL, "x" * 20_000, "🔭" * 50])
def test_the_panel_answers_odd_questions_in_a_sentence(web, name, value):
    collection = {"target": "observations"}.get(name, name)
    answer = web.post(reverse("ask"), {"collection": collection, name: value})
    assert answer.status_code in {302, 422}
    assert is_harmless(text(answer))


@pytest.mark.parametrize("value", ["\x00", EVIL, "*", "x" * 5000, ";;"])
def test_criteria_of_odd_texts_are_asked_or_refused(web, value):
    answer = web.post(reverse("ask"), {"target": "m57", "c.target_name": value, "min.t_exptime": value})
    assert answer.status_code in {302, 422}
    assert is_harmless(text(answer))


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 5000, ""])
def test_the_list_has_no_page_that_breaks(web, search, number):
    assert web.get(reverse("results"), {"page": number}).status_code == 200
