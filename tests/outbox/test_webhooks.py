"""Webhooks: entered, sealed, called, signed as the specification says, and given up with a word."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.outbox import bell, delivered, post, sending, webhooks
from mastportal.outbox.models import Delivery, Form, Webhook
from mastportal.work import Phase
from tests.outbox.make import NEWS, Receiver, hook_at, signature_of


def called(hook: Webhook, **changes: Any) -> Delivery:
    """After one attempt to tell the news there."""
    message = replace(NEWS, **changes)
    post.tell([hook.person_id], message, channels=[post.WEBHOOK], webhook_ids=[hook.pk])
    delivery = Delivery.objects.get(webhook=hook, event_id=message.event_id)
    return again(delivery)


def again(delivery: Delivery) -> Delivery:
    Delivery.objects.update(next_at=timezone.now())
    sending.send(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_a_call_is_signed_json(alice: User, receiver: Receiver) -> None:
    hook, secret = webhooks.add(alice, "Tools", "json", receiver.url)
    delivery = called(hook, title="Ünïcode ☃")
    assert delivery.phase == Phase.COMPLETED
    headers, body = receiver.calls[0]
    assert headers["webhook-id"] == str(delivery.pk)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["webhook-signature"] == signature_of(secret, headers, body)
    assert headers["content-type"] == "application/json"
    told = json.loads(body)
    assert told["type"] == "new"
    assert told["event_id"] == NEWS.event_id
    assert told["data"]["title"] == "Ünïcode ☃"
    assert told["data"]["obs_id"] == NEWS.data["obs_id"]
    assert told["data"]["url"].endswith("/programmes/JWST/1176/")
    assert Webhook.objects.get().answered_at


def test_an_attempt_after_a_failure_says_the_same_under_the_same_id(alice: User, receiver: Receiver) -> None:
    hook, secret = hook_at(alice, receiver.url)
    receiver.status = 500
    delivery = called(hook)
    assert delivery.phase == Phase.QUEUED
    assert delivery.error == Webhook.objects.get().failure == "The webhook answered with status 500."
    receiver.status = 204
    assert again(delivery).phase == Phase.COMPLETED
    (first, body), (second, same) = receiver.calls
    assert first["webhook-id"] == second["webhook-id"]
    assert body == same
    assert second["webhook-signature"] == signature_of(secret, second, same)
    assert Webhook.objects.get().failing_since is None


def test_a_chat_gets_a_line_that_calls_nobody(alice: User, receiver: Receiver) -> None:
    hook, secret = webhooks.add(alice, "Chat", "chat", receiver.url)
    assert secret == ""
    called(hook, title="<!channel> @all & [a](http://evil.example)", text="x" * 10_000)
    headers, _ = receiver.calls[0]
    assert "webhook-signature" not in headers
    said = receiver.bodies()[0]["text"]
    first, text, link = said.split("\n")
    assert first == "*&lt;!channel&gt; @\u200ball &amp; [a] (http://evil.example)*"
    assert len(text) == 4000
    assert link.startswith("<http")
    assert link.endswith("/programmes/JWST/1176/|Open it in the portal>")


def test_a_host_that_says_gone_is_left_alone(alice: User, receiver: Receiver) -> None:
    hook, _ = hook_at(alice, receiver.url)
    receiver.status = 410
    assert called(hook).phase == Phase.ERROR
    assert "“Tools”" in bell.of(alice).get().title
    assert post.tell([alice.pk], NEWS, channels=[post.WEBHOOK]) == 0
    receiver.status = 200
    assert webhooks.revive(alice, hook.pk)
    assert delivered.try_out(alice, hook.pk)
    assert again(Delivery.objects.get(kind=delivered.TEST)).phase == Phase.COMPLETED


def test_a_host_that_asks_for_time_gets_it(alice: User, receiver: Receiver) -> None:
    hook, _ = hook_at(alice, receiver.url)
    receiver.status, receiver.headers = 429, {"Retry-After": "3600"}
    delivery = called(hook)
    assert (delivery.next_at - timezone.now()).total_seconds() > 3500


def test_one_dead_host_does_not_stop_another(alice: User, receiver: Receiver) -> None:
    dead, _ = hook_at(alice, "http://127.0.0.1:9/", name="Dead")
    living, _ = hook_at(alice, receiver.url, name="Living")
    post.tell([alice.pk], NEWS, channels=[post.WEBHOOK])
    post.tell([alice.pk], replace(NEWS, event_id="2"), channels=[post.WEBHOOK])
    sending.send(Delivery.objects.filter(webhook=dead).earliest("queued_at").pk)
    soonest = Delivery.objects.filter(webhook=dead).earliest("next_at").next_at
    assert soonest > timezone.now()
    for delivery in Delivery.objects.filter(webhook=living):
        sending.send(delivery.pk)
    assert len(receiver.calls) == 2


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1/hook", "inside this network"),
        ("http://169.254.169.254/latest", "inside this network"),
        ("ftp://chat.example/", "https://"),
        ("https://user:word@chat.example/", "password"),
        ("no address", "https://"),
        ("https://" + "a" * 3000, "2000"),
        ("http://[::1]/\x00", "https://"),
    ],
    ids=["loopback", "metadata", "ftp", "password", "words", "long", "nul"],
)
def test_an_address_that_is_not_taken(alice: User, address: str, words: str) -> None:
    with pytest.raises(webhooks.Refused, match=words):
        webhooks.add(alice, "Tools", "json", address)
    assert not Webhook.objects.exists()


def test_an_address_that_became_private_is_not_called(alice: User, receiver: Receiver, settings: Any) -> None:
    hook, _ = hook_at(alice, receiver.url)
    settings.OUTGOING_ALLOWED = []
    delivery = called(hook)
    assert (delivery.phase, receiver.calls) == (Phase.QUEUED, [])
    assert "inside this network" in delivery.error
    assert "secret-part" not in delivery.error


def test_addresses_and_secrets_lie_sealed_to_their_row(alice: User, receiver: Receiver) -> None:
    hook, secret = webhooks.add(alice, "Tools", "json", receiver.url)
    row = str(list(Webhook.objects.values_list()))
    assert secret not in row
    assert "secret-part" not in row
    assert "secret-part" not in repr(webhooks.opened(hook))
    other, _ = hook_at(alice, "http://b.example/")
    other.sealed = hook.sealed
    with pytest.raises(webhooks.Unreadable):
        webhooks.opened(other)


def test_webhooks_move_to_a_new_key_with_the_tokens(alice: User, receiver: Receiver, settings: Any) -> None:
    hook, _ = hook_at(alice, receiver.url)
    old = settings.TOKEN_KEYS
    settings.TOKEN_KEYS = [Fernet.generate_key().decode(), *old]
    assert webhooks.reseal() == (1, 0)
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    hook.refresh_from_db()
    assert webhooks.opened(hook).address == receiver.url
    settings.TOKEN_KEYS = old
    assert webhooks.reseal() == (0, 1)
    assert called(hook).phase == Phase.ERROR
    assert receiver.calls == []


def test_a_person_has_so_many_webhooks(alice: User, settings: Any) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]
    for number in range(webhooks.MOST_WEBHOOKS):
        webhooks.add(alice, str(number), Form.CHAT, "http://127.0.0.1/")
    with pytest.raises(webhooks.Refused, match="remove one first"):
        webhooks.add(alice, "more", Form.CHAT, "http://127.0.0.1/")


def test_removing_a_webhook_ends_what_was_on_its_way(alice: User, bob: User) -> None:
    hook, _ = hook_at(alice, "http://a.example/")
    post.tell([alice.pk], NEWS, channels=[post.WEBHOOK])
    pk = Delivery.objects.get().pk
    assert not webhooks.remove(bob, hook.pk)
    assert webhooks.remove(alice, hook.pk)
    sending.send(pk)
    assert not Delivery.objects.exists()
