"""The page of channels: a webhook added, tried and removed, what was sent, one more try."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from mastportal.outbox import lease, sending
from mastportal.outbox.models import Delivery, Webhook
from mastportal.work import Phase
from tests.outbox.letterbox import Letterbox
from tests.outbox.make import Receiver, hook_at, told

PAGE = "/notifications/channels/"


def send_all() -> None:
    for pk in lease.due():
        sending.send(pk)


def test_a_webhook_is_added_tried_and_removed(web: Client, receiver: Receiver) -> None:
    entered = {"webhook-name": "Our tools", "webhook-address": receiver.url, "webhook-form": "json"}
    page = web.post(f"{PAGE}webhooks", entered).text
    secret = re.search(r'id="new-secret">(whsec_[^<]+)<', page)
    assert secret
    assert "secret-part" not in page
    hook = Webhook.objects.get()
    assert web.post(f"{PAGE}webhooks/{hook.pk}/test").status_code == 302
    assert "on its way" in web.get(PAGE).text
    send_all()
    assert receiver.bodies()[0]["type"] == "outbox.test"
    page = web.get(PAGE).text
    assert "arrived" in page
    assert secret[1] not in page
    web.post(f"{PAGE}webhooks/{hook.pk}/remove")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "http://127.0.0.1:1/x"), ("address", ""), ("name", ""), ("name", "x" * 61), ("form", "fax")],
)
def test_a_wrong_entry_is_told_and_kept(web: Client, field: str, value: str) -> None:
    entered = {"name": "Our tools", "address": "http://127.0.0.1/", "form": "json", field: value}
    answer = web.post(f"{PAGE}webhooks", {f"webhook-{name}": word for name, word in entered.items()})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert entered["address"] in answer.text
    assert not Webhook.objects.exists()


def test_the_page_says_how_what_was_sent_stands(
    web: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    told(alice)
    with django_assert_max_num_queries(8):
        page = web.get(PAGE).text
    assert "not delivered" in page
    assert "did not answer in time" in page
    known = web.get(f"{PAGE}deliveries").context["deliveries_state"]
    assert web.get(f"{PAGE}deliveries?known={known}").status_code == 204


def test_one_that_ended_is_tried_again(web: Client, alice: User) -> None:
    names = told(alice)
    assert web.post(f"{PAGE}deliveries/{names['delivery_id']}/again").status_code == 302
    assert Delivery.objects.get().phase == Phase.QUEUED
    assert web.post(f"{PAGE}deliveries/{names['delivery_id']}/again").status_code == 404


def test_a_test_mail_comes(web: Client, alice: User, box: Letterbox) -> None:
    assert "alice@lab.example" in web.get(PAGE).text
    web.post(f"{PAGE}mail")
    send_all()
    assert box.last()["Subject"] == "A test from the MAST portal"


def test_a_portal_without_mails_says_so(web: Client, settings: Any) -> None:
    settings.MAIL_IS_ON = False
    assert "sends no mails" in web.get(PAGE).text


def test_programs_learn_the_ids_of_ones_webhooks_and_no_address(
    api: APIClient, alice: User, bob: User
) -> None:
    hook, secret = hook_at(alice, "http://127.0.0.1:9/hidden")
    hook_at(bob, "http://127.0.0.1:9/")
    answer = api.get("/api/v1/webhooks")
    (told,) = answer.json()["results"]
    assert (told["id"], told["name"], told["host"]) == (str(hook.pk), hook.name, "127.0.0.1")
    assert "hidden" not in answer.text
    assert secret not in answer.text
