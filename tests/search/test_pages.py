"""The pages of searches: asked, waited for, shown, filtered; and who may see them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mastportal.search import results
from mastportal.search.models import ResultChunk, ResultSet, Search, SearchUse
from tests.people import signed_in
from tests.search.make import KEYWORDS, M57, PROGRAMME, answered

HTMX = {"HTTP_HX_REQUEST": "true"}
# Session and person; then the search with its snapshots, its recent ones, the baskets and groups to write in.
PAGE_QUERIES = 7  # session, person, search, layout, recent searches, token, baskets


@pytest.fixture
def search(alice, sandbox) -> Search:
    return answered(PROGRAMME, alice)


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


def test_while_the_archive_is_asked_the_page_says_what_for(web):
    web.get(reverse("ask"), {"collection": "programs", "programs": "1176"})
    search = Search.objects.get()
    page = text(web.get(page_of(search)))
    assert "data-poll" in page
    assert "waiting for its turn" in page


def test_polling_answers_only_when_there_is_more_to_say(web):
    web.get(reverse("ask"), {"collection": "programs", "programs": "1176"})
    url = reverse("result-state", args=[Search.objects.get().pk])
    first = web.get(url)
    revision = text(first).split("revision=")[1].split('"')[0]
    assert web.get(url, {"revision": revision}).status_code == 204
    assert web.get(url, {"revision": "older"}).status_code == 200


def test_polling_ends_with_the_rows(web, search):
    answer = web.get(reverse("result-state", args=[search.pk]))
    assert answer.headers["HX-Redirect"] == reverse("result", args=[search.pk])


def test_polling_ends_where_the_person_is(web, search):
    url = reverse("result-state", args=[search.pk])
    here = f"http://testserver{page_of(search, 'f.filters=F150W')}"
    answer = web.get(url, **HTMX, HTTP_HX_CURRENT_URL=here)
    assert answer.headers["HX-Redirect"] == page_of(search, "f.filters=F150W")
    elsewhere = web.get(url, **HTMX, HTTP_HX_CURRENT_URL="http://evil.example/results/")
    assert elsewhere.headers["HX-Redirect"] == reverse("result", args=[search.pk])


def test_refreshing_keeps_the_old_rows_meanwhile(web, search):
    assert web.post(reverse("result-refresh", args=[search.pk])).status_code == 302
    search.refresh_from_db()
    assert search.latest_id != search.current_id
    page = text(web.get(page_of(search)))
    assert "data-row=" in page
    assert "again:" in page


def test_a_failed_refresh_shows_the_old_rows_with_their_age(web, alice, search, sandbox):
    ResultSet.objects.filter(pk=search.current_id).update(ended_at=timezone.now() - timedelta(days=2))
    sandbox.faults({"match": "invoke", "times": 50, "fault": "status", "status": 503})
    answered(PROGRAMME, alice, refresh=True)
    page = text(web.get(page_of(search)))
    assert "2 days old" in page
    assert "data-row=" in page
    assert 'class="notice warning"' in page


def test_a_failed_question_says_why_and_offers_to_ask_again(web, alice, sandbox):
    sandbox.faults({"match": "invoke", "times": 50, "fault": "html"})
    page = text(web.get(page_of(answered(PROGRAMME, alice))))
    assert "did not answer" in page
    assert "Ask again" in page


def test_a_name_nobody_knows(web, alice, sandbox):
    search = answered({"collection": "observations", "target": "nonsuch nebula 99"}, alice)
    assert "Not found" in text(web.get(page_of(search)))


def test_a_body_that_moves_offers_its_name(web, alice, sandbox):
    page = text(web.get(page_of(answered({"collection": "observations", "target": "67P"}, alice))))
    assert "Search by target name instead" in page


def test_an_answer_without_rows_is_an_answer(web, alice, sandbox):
    search = answered({"collection": "programs", "programs": "99998"}, alice)
    assert "Nothing in the archive matches" in text(web.get(page_of(search)))


def test_rows_that_had_their_time_can_be_asked_for_again(web, search):
    ResultSet.objects.filter(pk=search.current_id).update(rows_removed_at=timezone.now())
    results.tables.forget(search.current_id)
    page = text(web.get(page_of(search)))
    assert "the question is kept" in page


def test_a_damaged_answer_is_said_so(web, search):
    results.tables.forget(search.current_id)
    ResultChunk.objects.filter(result=search.current_id).update(arrow=b"nonsense")
    answer = web.get(page_of(search))
    assert answer.status_code == 200
    assert "damaged" in text(answer)


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


def test_a_count_is_asked_for_and_polled(web, sandbox):
    answer = web.post(reverse("count"), {"collection": "programs", "programs": "1176"}, **HTMX)
    assert "Counting" in text(answer)
    url = text(answer).split('hx-get="')[1].split('"')[0]
    assert web.get(url).status_code == 204


def test_a_known_count_is_said_at_once(web, search):
    answer = web.post(reverse("count"), {"collection": "programs", "programs": "1176"}, **HTMX)
    assert f"{search.current.row_count} observations match" in text(answer)


def test_a_count_of_nonsense_is_a_sentence(web):
    assert "Enter an object name" in text(web.post(reverse("count"), {"target": ""}, **HTMX))
