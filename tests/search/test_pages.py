"""The pages of searches: asked, waited for, shown, filtered; and who may see them."""

from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mastportal.search import results
from mastportal.search.models import Search, SearchUse
from tests.people import signed_in
from tests.search.make import KEYWORDS, M57, answered

HTMX = {"HTTP_HX_REQUEST": "true"}
# Session and person; then the search with its snapshots, its recent ones, the baskets and groups to write in.
PAGE_QUERIES = 7  # session, person, search, layout, recent searches, token, baskets


def page_of(search: Search, query: str = "") -> str:
    return f"{reverse('result', args=[search.pk])}?{query}"


def text(answer) -> str:
    return answer.content.decode()


def urls(search: Search) -> list[str]:
    row = reverse("result-row", args=[search.pk, search.current_id, 0])
    state = reverse("result-state", args=[search.pk])
    return [reverse("search"), reverse("results"), page_of(search), state, row]


def test_nobody_is_sent_to_sign_in(client, search):
    posts = [reverse("count"), reverse("result-refresh", args=[search.pk])]
    answers = [client.get(url) for url in urls(search)] + [client.post(url) for url in posts]
    assert all(answer.status_code == 302 and reverse("sign-in") in answer.url for answer in answers)


def test_every_signed_in_person_may_read_a_search(charlie, search):
    client = signed_in(charlie)
    assert [client.get(url).status_code for url in urls(search)] == [200] * 5


@pytest.mark.parametrize("name", ["count"])
def test_changes_reject_get(web, search, name):
    assert web.get(reverse(name)).status_code == 405
    assert web.get(reverse("result-refresh", args=[search.pk])).status_code == 405


def test_the_panel_speaks_the_portals_words(web):
    page = text(web.get(reverse("search")))
    for words in ("Select a collection", "and enter target:", "Show Examples", "Random Search"):
        assert words in page
    assert "MAST Observations by Object Name or RA/Dec" in page


def test_the_panel_alone_answers_a_change_of_collection(web):
    answer = web.get(reverse("search"), {"collection": "jwst-keywords", "instrument": "miri"}, **HTMX)
    assert "<html" not in text(answer)
    assert "only the highest-level" in text(answer)
    assert "HX-Request" in answer.headers["Vary"]


def test_random_search_fills_in_a_target(web):
    assert 'name="target" value=""' not in text(web.get(reverse("search"), {"random": "1"}))


def test_asking_by_address_leads_to_the_search(web, alice):
    answer = web.get(reverse("ask"), {"collection": "programs", "programs": "1176"})
    search = Search.objects.get()
    assert answer.url == reverse("result", args=[search.pk])
    assert SearchUse.objects.get().user == alice
    assert search.latest is None or search.latest.is_unfinished


def test_a_long_question_may_be_posted(web):
    answer = web.post(reverse("ask"), {"collection": "observations", "c.filters": ["F150W", "F200W"]})
    assert answer.status_code == 302
    assert Search.objects.get().criteria["criteria"] == {"filters": ["F150W", "F200W"]}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("target=", "Enter an object name"),
        ("target=m57+r%3D-1", "greater than zero"),
        ("target=-10+33", "ight ascension"),
        ("collection=programs&programs=", "programme"),
        ("collection=programs&programs=abc", "abc"),
        ("target=m57&c.nonsense=1", "nonsense"),
        ("target=m57&min.t_min=soon", "soon"),
    ],
)
def test_a_bad_question_is_answered_in_a_sentence(web, question, words):
    answer = web.get(f"{reverse('ask')}?{question}")
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'role="alert"' in text(answer)


def test_a_search_shows_its_rows_in_words_and_facets(web, search):
    page = text(web.get(page_of(search)))
    assert "Observations of programme 1176" in page
    for spelling in ("VV191", "VV-191", "VV 191"):
        assert f'title="{spelling}"' in page
    assert page.count("data-row=") == min(50, search.current.row_count)


def test_filters_in_the_address_are_on(web, search):
    page = text(web.get(page_of(search, "f.target_name=VV191&sort=-t_min")))
    table = results.open_table(search.current_id).table
    assert page.count("data-row=") == table["target_name"].to_pylist().count("VV191")
    assert 'aria-sort="descending"' in page
    assert "Remove the filter Target name VV191" in page


def test_page_and_fragment_come_from_one_template(web, search):
    page = text(web.get(page_of(search, "f.target_name=VV191")))
    answer = web.get(page_of(search, "f.target_name=VV191"), **HTMX)
    fragment = text(answer).replace("\n", "").strip()
    start = page.index('<div id="table-view"')
    assert fragment.startswith('<div id="table-view"')
    assert "<html" not in fragment
    assert page.replace("\n", "")[page[:start].replace("\n", "").__len__() :].startswith(fragment[:2000])
    assert answer.headers["HX-Push-Url"].endswith("f.target_name=VV191")


@pytest.mark.parametrize("page_size", [1, 50])
def test_queries_do_not_grow_with_rows(
    web, search, django_assert_num_queries: DjangoAssertNumQueries, page_size
):
    web.get(page_of(search))
    with django_assert_num_queries(PAGE_QUERIES):
        assert web.get(page_of(search, f"page_size={page_size}")).status_code == 200


def test_an_unknown_column_is_named_with_the_nearest(web, search):
    answer = web.get(page_of(search, "f.target_nam=x"))
    assert answer.status_code == 400
    assert "target_name" in text(answer)


def test_an_unknown_snapshot_is_not_found(web, search):
    assert web.get(page_of(search, f"result={uuid4()}")).status_code == 404
    assert web.get(page_of(search, "result=nonsense")).status_code == 404


def test_an_unknown_search_is_not_found(web):
    assert web.get(reverse("result", args=[uuid4()])).status_code == 404


def test_the_target_is_said_back(web, alice, sandbox):
    page = text(web.get(page_of(answered(M57, alice))))
    assert "M 57 → 18h53m3" in page
    assert "radius 1′" in page


def test_keyword_files_go_into_the_basket_by_their_uri(web, alice, sandbox):
    page = text(web.get(page_of(answered(KEYWORDS, alice))))
    assert 'name="dataURI" value="mast:' in page
    assert "/api/v1/products/download?uri=mast:" in page


def test_pages_are_compressed_and_small(web, alice, sandbox):
    answer = web.get(page_of(answered(KEYWORDS, alice)), HTTP_ACCEPT_ENCODING="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 60_000


def test_the_panel_above_the_rows_keeps_their_criteria(web, alice, sandbox):
    page = text(web.get(page_of(answered(KEYWORDS, alice))))
    assert '<input type="hidden" name="c.exp_type" value="NIS_WFSS">' in page


def test_a_row_has_all_its_fields_and_the_python_for_it(web, search):
    page = text(web.get(reverse("result-row", args=[search.pk, search.current_id, 0]), **HTMX))
    assert "<html" not in page
    for words in ("Observation id", "MJD", "Programme at STScI", "Programme 1176", "Products", "astroquery"):
        assert words in page


def test_a_row_that_is_not_there_is_not_found(web, search):
    url = reverse("result-row", args=[search.pk, search.current_id, 10**6])
    assert web.get(url).status_code == 404
    assert web.get(reverse("result-row", args=[search.pk, uuid4(), 0])).status_code == 404


def test_the_list_of_searches_says_how_each_stands(web, search, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        page = text(web.get(reverse("results")))
    assert "Observations of programme 1176" in page
    assert f">{search.current.row_count}<" in page
