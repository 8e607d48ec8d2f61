"""What searches look like to programs, whatever has become of them."""

from datetime import timedelta

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.search.models import ResultSet, Search
from mastportal.search.questions import ask
from mastportal.search.wire import facet_columns, rows_json, search_json
from mastportal.tables.codes import OpenTable
from mastportal.tables.grammar import TableQuery
from mastportal.work import Phase
from tests.search.make import PROGRAMME


def column(name: str, kind: str, visible: str = "1") -> pa.Field:
    return pa.field(name, pa.string(), metadata={"kind": kind, "visible": visible, "label": name.title()})


SCHEMA = pa.schema(
    [column("a", "values"), column("b", "text"), column("c", "values", "0"), column("d", "range")]
)


@pytest.fixture
def search(alice: User) -> Search:
    return ask(PROGRAMME, alice).search


def settled(search: Search, **changes: object) -> dict:
    ended = timezone.now() - timedelta(seconds=60)
    ResultSet.objects.update(**{"phase": Phase.COMPLETED, "ended_at": ended, "row_count": 5} | changes)
    Search.objects.update(current=search.latest)
    return search_json(Search.objects.select_related("current", "latest").get())


def test_a_question_under_way_says_how_long_it_has_been(search: Search) -> None:
    body = search_json(search)
    assert (body["phase"], body["row_count"], body["cached"], body["error"]) == ("QUEUED", None, False, None)
    assert body["under_way"]["waited_s"] >= 0
    assert body["result"] == body["under_way"]["result"]


def test_an_answer_says_when_it_came_and_when_it_goes(search: Search, settings) -> None:
    body = settled(search)
    assert (body["phase"], body["row_count"], body["cached"], body["under_way"]) == (
        "COMPLETED",
        5,
        True,
        None,
    )
    assert body["expires_at"] - body["fetched_at"] == timedelta(seconds=settings.RESULT_KEEP_S)


def test_rows_that_went_are_not_cached(search: Search) -> None:
    body = settled(search, rows_removed_at=timezone.now())
    assert (body["phase"], body["row_count"], body["cached"]) == ("COMPLETED", 5, False)


def test_a_failure_is_a_sentence_and_a_word(search: Search) -> None:
    ResultSet.objects.update(phase=Phase.ERROR, error="It is down.", error_kind="archive_unavailable")
    body = search_json(Search.objects.select_related("current", "latest").get())
    assert (body["phase"], body["error"], body["error_code"]) == (
        "ERROR",
        "It is down.",
        "archive_unavailable",
    )


def test_a_search_nobody_has_asked_is_pending() -> None:
    body = search_json(Search(fingerprint="f", collection="programs", criteria={}, words="w"))
    assert (body["phase"], body["result"], body["under_way"]) == ("PENDING", None, None)


def test_facets_are_of_shown_columns_that_can_be_counted() -> None:
    table = OpenTable(SCHEMA.empty_table())
    assert facet_columns(table, TableQuery()) == ["a", "d"]
    assert facet_columns(table, TableQuery(facets=("c", "b"))) == ["c", "b"]


def test_columns_are_described_in_the_order_asked_for() -> None:
    table = OpenTable(SCHEMA.empty_table())
    body = rows_json(table, TableQuery(columns=("d", "a")))
    assert [told["name"] for told in body["columns"]] == ["d", "a"]
    assert body["columns"][1] == {"name": "a", "label": "A", "type": "string", "unit": ""}
    assert (body["total"], body["rows"]) == (0, [])
