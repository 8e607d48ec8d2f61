"""Looks, dropped files and messages among the running jobs: seen, stopped, tried again."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mastportal.administration import jobs
from mastportal.news import dropping, watching
from mastportal.news.models import Watch
from mastportal.outbox import bell
from mastportal.outbox.lease import due
from mastportal.outbox.models import Delivery
from mastportal.work import Lease, LeaseLost
from tests.administration.test_pages import admin as admin
from tests.administration.test_pages import do, seen
from tests.news.conftest import follow
from tests.outbox.make import told


def test_a_look_is_stopped_left_alone_and_tried_again(admin: Client, alice: User) -> None:
    found = follow(alice, look=False)
    watching.queue(found.watch_id)
    lease = Lease.claim(Watch, found.watch_id)
    assert lease is not None
    assert "JWST 1176" in seen(admin, "admin:portal-jobs")
    assert do(admin, "look", found.watch_id, "stop") == "Stopped."
    with pytest.raises(LeaseLost):
        lease.finish()
    assert watching.due() == []
    assert do(admin, "look", found.watch_id, "stop").startswith("It had ended")
    assert do(admin, "look", found.watch_id, "retry") == "It is tried again."
    assert Lease.claim(Watch, found.watch_id) is not None


def test_who_dropped_a_file_hears_that_it_was_stopped(admin: Client, alice: User) -> None:
    dropped = dropping.drop(alice, "Ours.json", b'[{"mission": "jwst", "fileset": "jw01176003001"}]')
    assert "Ours" in seen(admin, "admin:portal-jobs")
    assert do(admin, "event-file", dropped.pk, "stop") == "Stopped."
    assert do(admin, "event-file", dropped.pk, "retry") == "It is tried again."
    assert do(admin, "event-file", dropped.pk, "stop") == "Stopped."
    assert [notice.text for notice in bell.of(alice)] == [jobs.STOPPED] * 2


def test_a_message_is_stopped_and_what_failed_is_sent_again(admin: Client, alice: User) -> None:
    ended = told(alice)["delivery_id"]
    Delivery.objects.update(ended_at=timezone.now())
    page = seen(admin, "admin:portal-jobs")
    assert "Tools: JWST 1176: 3 new observations" in page
    assert "did not answer in time" in page
    assert "127.0.0.1" not in page, "where a webhook leads is its owner's secret"
    assert do(admin, "delivery", ended, "stop").startswith("It had ended")
    assert do(admin, "delivery", ended, "retry") == "It is tried again."
    assert due() == [ended]
    assert do(admin, "delivery", ended, "stop") == "Stopped."
    assert jobs.STOPPED in seen(admin, "admin:portal-jobs")
