"""What is to be told is written once for each person, event and channel, whatever the archive said."""

import json
import uuid
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mastportal.outbox import bell, post, pruning, wording
from mastportal.outbox.models import Delivery, Notice
from tests.outbox.make import NEWS, hook_at

ALL = [post.BELL, post.MAIL, post.WEBHOOK]


def test_each_is_told_once_on_each_channel(alice: User, bob: User) -> None:
    first, _ = hook_at(alice, "http://a.example/")
    hook_at(alice, "http://b.example/")
    assert post.tell([alice.pk, bob.pk, alice.pk], NEWS, channels=ALL) == 6
    assert post.tell([alice.pk, bob.pk], NEWS, channels=ALL) == 0
    assert post.tell([alice.pk], replace(NEWS, event_id="another"), channels=ALL, webhook_ids=[first.pk]) == 3
    assert Notice.objects.filter(person=alice).count() == 2
    assert Delivery.objects.filter(channel="mail", person=bob).count() == 1
    assert Delivery.objects.filter(webhook=first).count() == 2
    assert Delivery.objects.filter(channel="webhook").count() == 3


def test_nothing_is_told_when_the_transaction_is_undone(alice: User) -> None:
    with transaction.atomic():
        assert post.tell([alice.pk], NEWS, channels=ALL) == 2
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def test_who_left_and_the_webhooks_of_others_are_passed_over(alice: User, bob: User) -> None:
    theirs, _ = hook_at(bob, "http://b.example/")
    assert post.tell([alice.pk], NEWS, channels=[post.WEBHOOK], webhook_ids=[theirs.pk]) == 0
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert post.tell([alice.pk, 10**9], NEWS, channels=ALL) == 0


def test_an_unknown_channel_is_a_mistake_of_the_caller(alice: User) -> None:
    with pytest.raises(ValueError, match="pigeon"):
        post.tell([alice.pk], NEWS, channels=["pigeon"])


def test_hostile_words_are_kept_harmless(alice: User) -> None:
    message = post.Message(
        event_id="new\r\nBcc: x\x00" + "y" * 500,
        kind="new\n",
        title="A\r\nBcc: all@lab.example\x00" + "t" * 100_000,
        text="one\r\ntwo\x00\x1b[31m" + "x" * 200_000,
        path="//evil.example/",
        data={"obs_id": "../\x00" + "z" * 200_000, "n": float("nan"), "deep": [{"a\x00": 1}]},
    )
    assert post.tell([alice.pk], message, channels=ALL) == 2
    notice = bell.of(alice).get()
    assert notice.title.startswith("A Bcc: all@lab.example")
    assert len(notice.title) == 300
    assert notice.text.startswith("one\ntwo")
    assert len(notice.text) == wording.TEXT_MOST
    assert notice.event_id.startswith("sha256:")
    assert notice.path == ""
    assert notice.data["n"] is None
    assert post.tell([alice.pk], message, channels=ALL) == 0


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), data=st.dictionaries(st.text(), st.text() | st.floats() | st.none()))
def test_any_words_can_be_kept(text: str, data: dict[str, object]) -> None:
    line = wording.one_line(text)
    assert len(line) <= 300
    assert line.splitlines() in ([], [line])
    line.encode()
    wording.lines(text).encode()
    kept = json.dumps(wording.facts(data), allow_nan=False)
    assert "\\u0000" not in kept
    path = wording.inside(text)
    assert path == "" or (path.startswith("/") and path[1:2] not in ("/", "\\"))


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil", "https://evil.example/", "/a b", "/a\nb", "/" + "a" * 2000, ""]
)
def test_no_message_leads_elsewhere(path: str) -> None:
    assert wording.inside(path) == ""


def test_what_is_old_is_forgotten(alice: User, settings: object) -> None:
    post.tell([alice.pk], NEWS, channels=[post.BELL, post.MAIL])
    Delivery.objects.update(ended_at="2020-01-01T00:00Z")
    Notice.objects.update(at="2020-01-01T00:00Z")
    post.tell([alice.pk], replace(NEWS, event_id=str(uuid.uuid4())), channels=[post.BELL, post.MAIL])
    assert pruning.prune() == 2
    assert Notice.objects.count() == Delivery.objects.count() == 1
