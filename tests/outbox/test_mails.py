"""Mails: what stands in them, and what becomes of one that a real mail server takes, refuses or loses."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.outbox import bell, lease, mails, post, sending, wording
from mastportal.outbox.models import Delivery
from mastportal.work import Phase
from tests.outbox.letterbox import Letterbox
from tests.outbox.make import NEWS


def mailed(person: User, **changes: Any) -> Delivery:
    message = replace(NEWS, **changes)
    post.tell([person.pk], message, channels=[post.MAIL])
    return Delivery.objects.get(person=person, event_id=wording.event_id(message.event_id))


def tried(delivery: Delivery) -> Delivery:
    """After one more attempt, the pause before it being over."""
    Delivery.objects.update(next_at=timezone.now())
    sending.send(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_a_mail_arrives_in_text_and_html(alice: User, box: Letterbox) -> None:
    delivery = tried(mailed(alice, text="<b>3</b> & more", unsubscribe="/subscriptions/7/"))
    assert (delivery.phase, delivery.attempts, delivery.error) == (Phase.COMPLETED, 1, "")
    letter = box.last()
    assert letter["Subject"] == NEWS.title
    assert letter["To"] == "alice@lab.example"
    assert letter["Message-ID"] == f"<{delivery.pk}@127.0.0.1>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"].endswith("/subscriptions/7/>")
    text, html = (part.get_content() for part in letter.iter_parts())
    assert letter.get_content_type() == "multipart/alternative"
    assert "<b>3</b> & more" in text
    assert "/programmes/JWST/1176/" in text
    assert "&lt;b&gt;3&lt;/b&gt; &amp; more" in html
    assert "/notifications/channels/" in html


def test_ready_html_is_taken_as_it_is(alice: User, box: Letterbox) -> None:
    tried(mailed(alice, html="<ul><li>one</li></ul>"))
    assert "<ul><li>one</li></ul>" in box.last().get_body(["html"]).get_content()
    assert "List-Unsubscribe" not in box.last()


def test_a_hostile_name_adds_no_header(alice: User, box: Letterbox) -> None:
    tried(mailed(alice, title="a\r\nBcc: everybody@lab.example\x00", event_id="b\r\nX: y"))
    assert box.last()["Bcc"] is None
    assert box.last()["Subject"] == "a Bcc: everybody@lab.example"


def test_while_the_server_is_away_mails_wait_and_then_go(alice: User, bob: User, box: Letterbox) -> None:
    first, second = mailed(alice), mailed(bob)
    box.stop()
    first = tried(first)
    assert (first.phase, first.attempts, first.error) == (Phase.QUEUED, 1, mails.SILENT)
    second.refresh_from_db()
    assert second.next_at > timezone.now()  # nobody tries a closed way with the next mail
    assert second.attempts == 0
    assert lease.due() == []
    box.start()
    assert tried(first).phase == tried(second).phase == Phase.COMPLETED
    assert len(box.letters) == 2


def test_a_mail_whose_taking_was_not_heard_comes_again_under_its_id(alice: User, box: Letterbox) -> None:
    delivery = mailed(alice)
    box.hangs_up = True
    assert tried(delivery).phase == Phase.QUEUED
    box.hangs_up = False
    assert tried(delivery).phase == Phase.COMPLETED
    assert box.ids() == [f"<{delivery.pk}@127.0.0.1>"] * 2
    assert box.letters[0]["Date"] == box.letters[1]["Date"]


@pytest.mark.parametrize("answer", ["451 4.3.0 later please", "421 4.7.0 busy"])
def test_a_server_that_wants_it_later_gets_it_later(alice: User, box: Letterbox, answer: str) -> None:
    box.data = answer
    assert tried(mailed(alice)).phase == Phase.QUEUED
    box.data = ""
    assert tried(Delivery.objects.get()).phase == Phase.COMPLETED


@pytest.mark.parametrize("way", ["recipient", "data"])
def test_a_refused_mail_ends_and_its_end_is_told(alice: User, box: Letterbox, way: str) -> None:
    setattr(box, way, "550 5.1.1 no such person")
    delivery = tried(mailed(alice))
    assert delivery.phase == Phase.ERROR
    assert "550 5.1.1 no such person" in delivery.error
    told = bell.of(alice).get()
    assert told.title == "A message could not be delivered by mail"
    assert NEWS.title in told.text
    tried(mailed(alice, event_id="another"))
    assert bell.of(alice).count() == 1  # once a day is enough


def test_patience_ends_and_that_is_told(alice: User, box: Letterbox, settings: Any) -> None:
    box.stop()
    delivery = mailed(alice)
    settings.POST_PATIENCE_S = 0
    assert tried(delivery).phase == Phase.ERROR
    assert mails.SILENT in bell.of(alice).get().text


def test_what_kills_its_worker_ends_too(alice: User, box: Letterbox, settings: Any) -> None:
    delivery = mailed(alice)
    dead = {"phase": Phase.EXECUTING, "lease_until": timezone.now(), "attempts": 9}
    Delivery.objects.filter(pk=delivery.pk).update(**dead)
    settings.POST_PATIENCE_S = 0
    assert tried(delivery).phase == Phase.ERROR
    assert box.letters == []


@pytest.mark.parametrize(
    ("address", "phase"), [("", Phase.ERROR), ("alice@lab.example\nBcc: x@lab.example", Phase.ERROR)]
)
def test_an_account_without_a_usable_address(alice: User, box: Letterbox, address: str, phase: str) -> None:
    User.objects.filter(pk=alice.pk).update(email=address)
    assert tried(mailed(alice)).phase == phase
    assert box.letters == []


def test_a_portal_without_mails_sends_none(alice: User, box: Letterbox, settings: Any) -> None:
    settings.MAIL_IS_ON = False
    assert tried(mailed(alice)).phase == Phase.ABORTED
    assert bell.unread(alice) == 0


def test_a_closed_account_is_sent_nothing(alice: User, box: Letterbox) -> None:
    delivery = mailed(alice)
    User.objects.update(is_active=False)
    assert tried(delivery).phase == Phase.ABORTED
    assert box.letters == []


def test_nobody_tries_what_another_tries(alice: User, box: Letterbox) -> None:
    delivery = mailed(alice)
    held = lease.Lease.claim(delivery.pk)
    assert held is not None
    sending.send(delivery.pk)
    assert box.letters == []
    Delivery.objects.update(lease_until=timezone.now())  # its worker died
    sending.send(delivery.pk)
    assert len(box.letters) == 1
    with pytest.raises(lease.LeaseLost):
        held.finish()


def test_pauses_grow_and_are_bounded(settings: Any) -> None:
    settings.POST_PAUSE_S, settings.POST_LONGEST_PAUSE_S = 10, 300
    assert 7.5 <= lease.pause_s(1) <= 12.5
    assert 30 <= lease.pause_s(3) <= 50
    assert 225 <= lease.pause_s(500) <= 375


def test_each_sweep_hands_out_what_is_due_once(alice: User, bob: User) -> None:
    wanted = {mailed(alice).pk, mailed(bob).pk}
    assert set(lease.due()) == wanted
    assert lease.due() == []
    Delivery.objects.update(nudged_at="2020-01-01T00:00Z")  # the broker lost it
    assert set(lease.due()) == wanted
