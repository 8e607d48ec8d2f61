"""The pages of searches while the archive is asked, when it failed, and what is offered then."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from mastportal.search import results
from mastportal.search.models import ResultChunk, ResultSet, Search
from tests.search.make import PROGRAMME, answered
from tests.search.test_pages import HTMX, page_of, text


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
