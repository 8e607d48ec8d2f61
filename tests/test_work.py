"""The claim and the lease: one worker at a time, whoever dies."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from mastportal import work
from mastportal.search.models import ProductList
from mastportal.work import Lease, LeaseLost, Phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> ProductList:
    return ProductList.objects.create(obsid="1")


def expire(row: ProductList) -> None:
    ProductList.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def age(row: ProductList, seconds: float) -> None:
    ProductList.objects.filter(pk=row.pk).update(nudged_at=timezone.now() - timedelta(seconds=seconds))


def test_a_queued_row_is_claimed_once(row: ProductList) -> None:
    assert Lease.claim(ProductList, row.pk)
    assert Lease.claim(ProductList, row.pk) is None


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.COMPLETED, Phase.ERROR, Phase.ABORTED])
def test_only_queued_rows_are_claimed(phase: Phase) -> None:
    row = ProductList.objects.create(obsid="1", phase=phase)
    assert Lease.claim(ProductList, row.pk) is None


def test_a_dead_workers_row_is_claimed_again(row: ProductList) -> None:
    Lease.claim(ProductList, row.pk)
    expire(row)
    assert Lease.claim(ProductList, row.pk)
    row.refresh_from_db()
    assert row.attempts == 2


def test_a_renewed_lease_is_not_taken(row: ProductList) -> None:
    lease = Lease.claim(ProductList, row.pk)
    expire(row)
    lease.renew()
    assert Lease.claim(ProductList, row.pk) is None


@pytest.mark.parametrize("write", ["renew", "finish", "fail"])
def test_who_lost_the_lease_writes_nothing(row: ProductList, write: str) -> None:
    late = Lease.claim(ProductList, row.pk)
    expire(row)
    Lease.claim(ProductList, row.pk)
    with pytest.raises(LeaseLost):
        getattr(late, write)(*(("why", "kind") if write == "fail" else ()))
    row.refresh_from_db()
    assert row.phase == Phase.EXECUTING


def test_a_beat_renews_only_after_a_while(row: ProductList, settings, django_assert_num_queries) -> None:
    lease = Lease.claim(ProductList, row.pk)
    with django_assert_num_queries(0):
        lease.beat()
    settings.LEASE_S = 0
    with django_assert_num_queries(1):
        lease.beat()


def test_finishing_clears_an_old_error(row: ProductList) -> None:
    ProductList.objects.update(error="old", error_kind="old")
    Lease.claim(ProductList, row.pk).finish(row_count=3)
    row.refresh_from_db()
    assert (row.phase, row.error, row.error_kind, row.row_count) == (Phase.COMPLETED, "", "", 3)
    assert row.ended_at


def test_a_fresh_row_is_not_due(row: ProductList) -> None:
    assert work.due(ProductList) == []


def test_a_row_whose_message_got_lost_is_due_once(row: ProductList, settings) -> None:
    age(row, settings.LEASE_S + 1)
    assert work.due(ProductList) == [row.pk]
    assert work.due(ProductList) == []


def test_what_was_put_back_is_due_when_it_was_said(row: ProductList, settings) -> None:
    settings.LEASE_S = 60
    Lease.claim(ProductList, row.pk).put_back(30)
    assert work.due(ProductList) == []
    ProductList.objects.update(nudged_at=F("nudged_at") - timedelta(seconds=31))
    assert work.due(ProductList) == [row.pk]
    row.refresh_from_db()
    assert (row.phase, row.attempts) == (Phase.QUEUED, 0)


def test_a_dead_workers_row_is_due(row: ProductList, settings) -> None:
    Lease.claim(ProductList, row.pk)
    expire(row)
    age(row, settings.LEASE_S)
    assert work.due(ProductList) == [row.pk]


def test_what_breaks_off_too_often_is_given_up(row: ProductList) -> None:
    ProductList.objects.update(attempts=work.MOST_ATTEMPTS, phase=Phase.EXECUTING)
    expire(row)
    heard: list[int] = []
    assert work.due(ProductList, heard.append) == []
    row.refresh_from_db()
    assert (row.phase, row.error_kind, heard) == (Phase.ERROR, "given_up", [row.pk])


@pytest.mark.django_db(transaction=True)
def test_a_held_lease_outlasts_a_long_silence(row: ProductList, settings) -> None:
    settings.LEASE_S = 0.6
    lease = Lease.claim(ProductList, row.pk)
    with lease.held():
        time.sleep(1.5)
        assert Lease.claim(ProductList, row.pk) is None
        lease.finish()


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_is_held_no_more_ends(row: ProductList, settings) -> None:
    settings.LEASE_S = 0.3
    with Lease.claim(ProductList, row.pk).held():
        pass
    time.sleep(0.4)
    assert Lease.claim(ProductList, row.pk)


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_claim_one_row_once(row: ProductList) -> None:
    won, start = [], threading.Barrier(20)

    def claim() -> None:
        start.wait()
        won.append(Lease.claim(ProductList, row.pk))
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(lease is not None for lease in won) == 1
