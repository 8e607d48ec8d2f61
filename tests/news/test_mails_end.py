"""Mails of one subscription end by the address in one of them: by a button, or by a mail program's."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client

from mastportal.news.models import Subscription
from mastportal.outbox import lease, mails, one_click, sending
from mastportal.outbox.models import Delivery, Notice
from tests.news.conftest import follow
from tests.news.make import mail_of
from tests.outbox.conftest import box as box

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def program() -> Client:
    """A mail program: signed in nowhere, and it sends no token of a form."""
    return Client(enforce_csrf_checks=True)


def address_in(letter) -> str:
    return letter["List-Unsubscribe"].strip(" <>")


def path_of(delivery) -> str:
    return urlsplit(one_click.address(delivery)).path


def channels_of(found) -> list[str]:
    return Subscription.objects.get(pk=found.pk).channels


def test_every_mail_names_the_address_in_header_text_and_html(alice, box):
    delivery = mail_of(follow(alice, look=False, channels=["mail"]))
    for _ in range(2):  # the same at a second attempt
        Delivery.objects.update(phase="QUEUED")
        sending.send(delivery.pk)
    first, second = box.letters
    address = address_in(first)
    assert address == address_in(second)
    assert address.startswith("http://")
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_content() for part in first.iter_parts())
    assert address in text.split()
    assert f'href="{address}"' in html
    assert len(max(first.as_bytes().splitlines(), key=len)) < 998
    secret = address.rpartition("/")[2]
    assert secret not in str(list(Delivery.objects.values_list()))


def test_a_mail_program_ends_the_mails_of_one_subscription(alice, program):
    found, other = (follow(alice, look=False, channels=["mail", "webhook"]) for _ in range(2))
    sent, waiting, others = mail_of(found), mail_of(found, 2), mail_of(other)
    Delivery.objects.filter(pk=sent.pk).update(phase="COMPLETED")
    assert program.post(path_of(sent), ONE_CLICK).status_code == 200
    assert channels_of(found) == ["bell", "webhook"]
    assert channels_of(other) == ["mail", "webhook"]
    phases = dict(Delivery.objects.values_list("pk", "phase"))
    assert phases == {sent.pk: "COMPLETED", waiting.pk: "ABORTED", others.pk: "QUEUED"}
    assert lease.due() == [others.pk]
    assert Notice.objects.get(person=alice).title == "You get no more mails about JWST 1176"
    assert program.post(path_of(waiting), ONE_CLICK).status_code == 200
    assert Notice.objects.count() == 1


def test_a_person_sees_a_button_first(client, alice):
    found = follow(alice, look=False, channels=["bell", "mail"])
    path = path_of(mail_of(found))
    page = client.get(path).text
    assert "JWST 1176" in page
    assert "End these mails" in page
    assert channels_of(found) == ["bell", "mail"], "looking at it ends nothing"
    done = client.post(path).text
    assert "No more mails come" in done
    assert channels_of(found) == ["bell"]
    assert "End these mails" not in client.get(path).text


@pytest.mark.parametrize("spoilt", ["cut", "other-purpose", "unknown-mail", "nothing"])
def test_a_wrong_address_is_told_in_a_sentence(client, program, alice, spoilt):
    found = follow(alice, look=False, channels=["mail"])
    delivery = mail_of(found)
    secret = {
        "cut": one_click.signed(delivery)[:-3],
        "other-purpose": signing.Signer(salt="another", sep=".").sign(str(delivery.pk)),
        "unknown-mail": one_click.signed(Delivery()),
        "nothing": one_click.THIS_MAIL,
    }[spoilt]
    for answer in (client.get(f"/unsubscribe/{secret}"), program.post(f"/unsubscribe/{secret}", ONE_CLICK)):
        assert answer.status_code == 404
        assert len(re.findall(r"This address ends no mails[^<]+\.", answer.text)) == 1
    assert channels_of(found) == ["mail"]


def test_an_old_address_is_told_in_a_sentence(client, alice, bob):
    found = follow(alice, look=False, channels=["mail"])
    delivery = mail_of(found)
    Subscription.objects.filter(pk=found.pk).update(owner=bob)
    assert "no longer followed" in client.post(path_of(delivery)).text
    assert channels_of(found) == ["mail"], "a mail of Alice's ends nothing of Bob's"
    found.delete()
    assert "no longer followed" in client.get(path_of(delivery)).text
    path = path_of(delivery)
    delivery.delete()
    assert "older than" in client.get(path).text


def test_the_address_opens_nothing_else(client, alice):
    secret = one_click.signed(mail_of(follow(alice, look=False, channels=["mail"])))
    for path in (f"/api/v1/tables/{secret}", f"/feeds/{secret}/notifications.atom", f"/join/{secret}/"):
        assert client.get(path).status_code in (302, 404)
    client.get(f"/unsubscribe/{secret}")
    assert client.get("/subscriptions/").status_code == 302, "nobody is signed in by it"


def test_messages_that_nobody_can_end_have_no_such_header(alice):
    delivery = Delivery(person=alice, channel="mail", title="A test", path="/")
    assert "List-Unsubscribe" not in mails.compose(delivery).extra_headers
    delivery.unsubscribe = "/subscriptions/7/"
    headers = mails.compose(delivery).extra_headers
    assert headers["List-Unsubscribe"].endswith("/subscriptions/7/>")
    assert "List-Unsubscribe-Post" not in headers
