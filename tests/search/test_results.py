"""From a question to rows, against the sandbox over HTTP, in this process."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from mastportal.mast.errors import BadQuestion
from mastportal.search import results
from mastportal.search.failures import Broken, Expired, Failed, NotReady
from mastportal.search.listed import is_listed
from mastportal.search.models import ResultChunk, ResultSet, Search
from mastportal.search.opened import tables
from mastportal.work import Lease, LeaseLost, Phase
from tests.archive import Sandbox
from tests.search.make import KEYWORDS, M57, PROGRAMME, answered, latest, questions


@pytest.fixture(autouse=True)
def _nothing_open() -> None:
    tables.clear()


def test_rows_of_a_programme(sandbox: Sandbox, alice: User) -> None:
    search = answered(PROGRAMME, alice)
    table = results.open_table(search.current.pk)
    assert search.phase == Phase.COMPLETED
    assert table.num_rows == search.current.row_count == search.current.count > 0
    assert set(table.table["proposal_id"].to_pylist()) == {"1176"}
    assert table.key == "obsid"


def test_a_name_is_resolved_and_what_was_understood_is_noted(sandbox: Sandbox, alice: User) -> None:
    understood = answered(M57, alice).current.understood
    assert understood["resolver"]
    assert understood["ra_deg"] == pytest.approx(283.396, abs=0.01)
    assert understood["radius_deg"] == pytest.approx(1 / 60, abs=1e-6)


def test_files_of_a_keyword_search_are_listed(sandbox: Sandbox, alice: User) -> None:
    table = results.open_table(answered(KEYWORDS, alice).current.pk)
    assert set(table.table["exp_type"].to_pylist()) == {"NIS_WFSS"}
    assert all(is_listed(uri) for uri in table.table["dataURI"].to_pylist()[:5])


def test_each_page_of_the_archive_is_a_chunk(sandbox: Sandbox, alice: User, settings) -> None:
    whole = results.open_table(answered(PROGRAMME, alice).current.pk).table
    settings.PAGE_ROWS = 7
    current = answered(PROGRAMME, alice, refresh=True).current
    sizes = list(current.chunks.order_by("n").values_list("row_count", flat=True))
    assert sizes == [7] * (whole.num_rows // 7) + ([whole.num_rows % 7] if whole.num_rows % 7 else [])
    paged = results.open_table(current.pk).table
    assert sorted(paged["obsid"].to_pylist()) == sorted(whole["obsid"].to_pylist())
    assert current.size_bytes == sum(len(chunk.arrow) for chunk in current.chunks.all())


def test_what_a_worker_left_half_done_is_replaced(sandbox: Sandbox, alice: User) -> None:
    result = results.ask(PROGRAMME, alice).result
    for n in (0, 5):
        ResultChunk.objects.create(result=result, n=n, row_count=9, arrow=b"left behind")
    results.run(result.pk)
    result.refresh_from_db()
    assert results.open_table(result.pk).num_rows == result.row_count
    assert list(result.chunks.values_list("n", flat=True)) == [0]


def test_an_empty_answer_has_columns(sandbox: Sandbox, alice: User) -> None:
    search = answered({"collection": "programs", "programs": "99999"}, alice)
    table = results.open_table(search.current.pk)
    assert (search.phase, table.num_rows) == (Phase.COMPLETED, 0)
    assert "target_name" in table.columns


def test_a_second_asker_costs_the_archive_nothing(sandbox: Sandbox, alice: User, bob: User) -> None:
    answered(PROGRAMME, alice)
    mark = sandbox.mark()
    answered(PROGRAMME, bob)
    assert sandbox.log(mark) == []


def test_a_refresh_leaves_the_old_snapshot_as_it_was(sandbox: Sandbox, alice: User) -> None:
    old = answered(PROGRAMME, alice).current
    search = answered(PROGRAMME, alice, refresh=True)
    assert search.current.pk != old.pk
    assert results.snapshot(search, str(old.pk)).pk == old.pk
    assert results.open_table(old.pk).num_rows == old.row_count


def test_more_rows_than_the_limit_are_refused_with_the_count(sandbox: Sandbox, alice: User, settings) -> None:
    settings.ROW_LIMIT = 3
    mark = sandbox.mark()
    search = answered(PROGRAMME, alice)
    assert (search.phase, latest(search).error_kind) == (Phase.ERROR, "too_many")
    assert str(latest(search).count) in search.error
    assert len(questions(sandbox.log(mark))) == 1
    assert not ResultChunk.objects.exists()


def test_an_unknown_name_is_one_plain_sentence(sandbox: Sandbox, alice: User) -> None:
    search = answered({"collection": "observations", "target": "no such thing at all"}, alice)
    assert (search.phase, latest(search).error_kind) == (Phase.ERROR, "not_found")
    assert "no such thing at all" in search.error


def test_a_body_that_moves_offers_the_search_by_target_name(sandbox: Sandbox, alice: User) -> None:
    search = answered({"collection": "observations", "target": "Jupiter"}, alice)
    suggestion = latest(search).understood["suggestion"]
    assert "jupiter" in suggestion["criteria"]["target_name"][0].lower()
    assert answered(suggestion, alice).phase == Phase.COMPLETED


def test_a_mode_says_how_many_rows_without_one_it_leaves_out(sandbox: Sandbox, alice: User) -> None:
    criteria = {"instrument_name": ["NIRCAM/IMAGE"], "obs_collection": ["JWST"]}
    search = answered({"collection": "observations", "criteria": criteria}, alice)
    assert search.phase == Phase.COMPLETED
    assert search.current.left_out is not None


@pytest.mark.parametrize("fault", ["html", "bad-json"])
def test_rubbish_from_the_archive_is_one_plain_sentence(sandbox: Sandbox, alice: User, fault: str) -> None:
    sandbox.faults({"match": "invoke", "times": 99, "fault": fault})
    search = answered(PROGRAMME, alice)
    assert (search.phase, latest(search).error_kind) == (Phase.ERROR, "archive_unavailable")
    assert search.error.endswith(".")


def test_a_short_storm_passes_unnoticed(sandbox: Sandbox, alice: User) -> None:
    sandbox.faults({"match": "invoke", "times": 2, "fault": "status", "status": 503})
    assert answered(PROGRAMME, alice).phase == Phase.COMPLETED


def test_a_question_that_takes_long_is_waited_for(sandbox: Sandbox, alice: User) -> None:
    sandbox.faults({"match": "invoke", "times": 2, "fault": "executing"})
    assert answered(PROGRAMME, alice).phase == Phase.COMPLETED


def test_a_failed_refresh_keeps_the_old_rows_and_says_why(sandbox: Sandbox, alice: User) -> None:
    old = answered(PROGRAMME, alice).current
    sandbox.faults({"match": "invoke", "times": 99, "fault": "status", "status": 503})
    search = answered(PROGRAMME, alice, refresh=True)
    assert (search.phase, search.current.pk) == (Phase.COMPLETED, old.pk)
    assert search.error
    assert results.snapshot(search).pk == old.pk


def test_a_repeated_message_does_no_harm(sandbox: Sandbox, alice: User) -> None:
    search = answered(PROGRAMME, alice)
    mark = sandbox.mark()
    results.run(search.current.pk)
    assert sandbox.log(mark) == []


def test_a_worker_that_lost_its_lease_writes_no_result(sandbox: Sandbox, alice: User) -> None:
    asked = results.ask(PROGRAMME, alice)
    lease = Lease.claim(ResultSet, asked.result.pk)
    ResultSet.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    results.run(asked.result.pk)
    with pytest.raises(LeaseLost):
        lease.finish(row_count=0)
    asked.result.refresh_from_db()
    assert asked.result.phase == Phase.COMPLETED
    assert asked.result.row_count > 0


def test_rows_are_not_ready_while_the_archive_is_asked(alice: User) -> None:
    with pytest.raises(NotReady):
        results.snapshot(results.ask(PROGRAMME, alice).search)


def test_a_failed_question_says_its_reason_instead_of_rows(sandbox: Sandbox, alice: User) -> None:
    with pytest.raises(Failed) as caught:
        results.snapshot(answered({"collection": "observations", "target": "no such thing"}, alice))
    assert caught.value.kind == "not_found"


@pytest.mark.parametrize("pinned", ["rubbish", "00000000-0000-0000-0000-000000000000"])
def test_a_snapshot_of_another_search_is_refused(sandbox: Sandbox, alice: User, pinned: str) -> None:
    with pytest.raises(BadQuestion):
        results.snapshot(answered(PROGRAMME, alice), pinned)


def spoil(result: ResultSet) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_resultchunk SET arrow = 'x' WHERE result_id = %s", [result.pk])


def test_broken_rows_are_said_to_be_and_asked_for_again(sandbox: Sandbox, alice: User) -> None:
    broken = answered(PROGRAMME, alice).current
    spoil(broken)
    with pytest.raises(Broken, match="ask again"):
        results.open_table(broken.pk)
    search = Search.objects.get()
    assert (search.phase, search.current) == (Phase.ERROR, None)
    again = answered(PROGRAMME, alice)
    assert results.open_table(again.current.pk).num_rows == broken.row_count


def test_rows_go_after_their_time_and_the_question_stays(sandbox: Sandbox, alice: User, settings) -> None:
    search = answered(PROGRAMME, alice)
    settings.RESULT_KEEP_S = 0
    assert results.expire() == 1
    assert results.expire() == 0
    assert not ResultChunk.objects.exists()
    search.refresh_from_db()
    assert (search.phase, search.current.row_count) == (Phase.COMPLETED, search.current.count)
    with pytest.raises(Expired):
        results.snapshot(search)
    with pytest.raises(Expired):
        results.open_table(search.current.pk)


def test_rows_stay_until_their_time(sandbox: Sandbox, alice: User) -> None:
    answered(PROGRAMME, alice)
    assert results.expire() == 0


def test_a_question_given_up_leaves_no_chunks(alice: User) -> None:
    result = results.ask(PROGRAMME, alice).result
    ResultChunk.objects.create(result=result, n=0, row_count=0, arrow=b"")
    past = timezone.now() - timedelta(days=1)
    ResultSet.objects.update(phase=Phase.EXECUTING, attempts=9, lease_until=past, nudged_at=past)
    assert results.due() == []
    assert not ResultChunk.objects.exists()
