"""A misbehaving archive: what is tried again, what is not, and what a person hears in the end."""

import json
import time

import pytest

from mastportal.mast.client import ATTEMPTS, MastClient
from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import BadQuestion, NotFound, Refused, TimedOut, Unavailable
from tests.mast.question_server import hurried

VV191 = parse_question({"collection": "programs", "programs": "1176"})
INVOKE = "invoke"


def complete(rows, **paging):
    page = {
        "page": 1,
        "pageSize": 50000,
        "pagesFiltered": 1,
        "rows": len(rows),
        "rowsFiltered": len(rows),
    } | paging
    return json.dumps({"status": "COMPLETE", "data": rows, "fields": [], "paging": page}).encode()


@pytest.fixture
def stubbed(stub):
    """A client of a stub that answers each kind of question with the body given for it."""

    def run(count=b"", rows=b"", status=200):
        def answer(question):
            counting = question.asked["params"].get("columns") == "COUNT_BIG(*)"
            return status, {}, count if counting else rows

        stub.answer = answer
        return MastClient(hurried(stub.url))

    return run


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 503},
        {"fault": "status", "status": 500},
        {"fault": "reset"},
        {"fault": "html"},
        {"fault": "bad-json"},
        {"fault": "truncate", "after_bytes": 20},
    ],
)
def test_a_passing_fault_is_tried_again(sandbox, client, fault):
    expected = client.count(VV191)
    sandbox.faults({"match": INVOKE, "times": 2} | fault)
    assert client.count(VV191) == expected


@pytest.mark.parametrize(
    "fault", [{"fault": "status", "status": 502}, {"fault": "html"}, {"fault": "bad-json"}]
)
def test_a_lasting_fault_is_unavailable_after_few_tries(sandbox, client, fault):
    since = sandbox.mark()
    sandbox.faults({"match": INVOKE} | fault)
    with pytest.raises(Unavailable, match="archive"):
        client.count(VV191)
    assert len(sandbox.log(since)) == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "error"), [(400, BadQuestion), (401, Refused), (403, Refused), (404, NotFound)]
)
def test_our_own_fault_is_not_tried_again(sandbox, client, status, error):
    since = sandbox.mark()
    sandbox.faults({"match": INVOKE, "fault": "status", "status": status})
    with pytest.raises(error):
        client.count(VV191)
    assert len([entry for entry in sandbox.log(since) if INVOKE in entry["path"]]) == 1


def test_a_silent_archive_is_given_up(sandbox):
    sandbox.faults({"match": INVOKE, "fault": "stall"})
    with pytest.raises(TimedOut, match="silent"):
        MastClient(hurried(sandbox.url, stall_s=0.2, question_timeout_s=1)).count(VV191)


def test_a_busy_archive_is_asked_with_pauses_until_it_answers(sandbox, archive):
    beats = []
    client = MastClient(archive, heartbeat=lambda: beats.append(time.monotonic()))
    expected, since = client.count(VV191), sandbox.mark()
    sandbox.faults({"match": INVOKE, "fault": "executing", "times": 4})
    assert client.count(VV191) == expected
    assert len([entry for entry in sandbox.log(since) if INVOKE in entry["path"]]) == 5
    assert beats


def test_an_archive_that_stays_busy_is_given_up(sandbox):
    since = sandbox.mark()
    sandbox.faults({"match": INVOKE, "fault": "executing"})
    with pytest.raises(TimedOut, match="ask for less"):
        MastClient(hurried(sandbox.url, poll_s=0.05, question_timeout_s=0.5)).count(VV191)
    assert len(sandbox.log(since)) < 30


def test_no_archive_at_all():
    with pytest.raises(Unavailable, match="cannot be reached"):
        MastClient(hurried("http://127.0.0.1:9")).count(VV191)


def test_fewer_rows_than_counted_are_an_error(stubbed):
    client = stubbed(count=complete([{"Column1": 3}]), rows=complete([{"obsid": 1}]))
    with pytest.raises(Unavailable, match="counted 3 rows but sent 1"):
        list(client.pages(VV191))


def test_fewer_rows_than_announced_are_an_error(stubbed):
    client = stubbed(count=complete([{"Column1": 1}]), rows=complete([{"obsid": 1}], rowsFiltered=2))
    with pytest.raises(Unavailable, match="has 2 rows but sent 1"):
        list(client.pages(VV191))


def test_rows_that_came_since_the_count_are_kept(stubbed):
    client = stubbed(count=complete([{"Column1": 1}]), rows=complete([{"obsid": 1}, {"obsid": 2}]))
    assert sum(table.num_rows for table in client.pages(VV191)) == 2


def test_a_known_count_is_not_asked_again(stub, stubbed):
    list(stubbed(rows=complete([{"obsid": 1}])).pages(VV191, expected=1))
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    "body", [complete([]), complete([{}]), complete([{"Column1": "many"}]), b'{"status": "COMPLETE"}', b"[1]"]
)
def test_a_count_without_a_number_is_unavailable(stubbed, body):
    with pytest.raises(Unavailable):
        stubbed(count=body).count(VV191)


@pytest.mark.parametrize(
    "body",
    [
        b'{"resolvedCoordinate": [{"ra": "x", "decl": 1}]}',
        b'{"resolvedCoordinate": [{}]}',
        b'{"status": "ERROR", "msg": "no"}',
        b"[]",
    ],
)
def test_a_resolver_without_a_position_is_unavailable(stubbed, body):
    with pytest.raises(Unavailable):
        stubbed(rows=body).resolve("m57")


def test_a_resolver_that_knows_nothing(stubbed):
    with pytest.raises(NotFound):
        stubbed(rows=b'{"resolvedCoordinate": [], "status": ""}').resolve("m57")


def test_the_archives_refusal_of_a_question_is_said_to_the_person(stubbed):
    client = stubbed(count=b'{"status": "ERROR", "msg": "Invalid column nope"}')
    with pytest.raises(BadQuestion, match="does not accept the question: Invalid column nope"):
        client.count(VV191)


def test_a_body_that_moves_is_offered_even_where_counting_fails(stub):
    def answer(question):
        known = question.asked["service"] == "Mast.Name.Lookup"
        return 200 if known else 400, {}, b'{"resolvedCoordinate": []}'

    stub.answer = answer
    with pytest.raises(NotFound, match="some observations may have a name like"):
        MastClient(hurried(stub.url)).resolve("Jupiter")
