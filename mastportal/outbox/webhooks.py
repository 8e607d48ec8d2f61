"""Owns the webhooks of a person: addresses and secrets, sealed; entered, listed, removed. Calls none."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from mastportal import outgoing
from mastportal.keyring import fernet
from mastportal.outbox import signing
from mastportal.outbox.models import Form, Webhook
from mastportal.outbox.wording import one_line

Person = User | AnonymousUser
MOST_WEBHOOKS, ADDRESS_MOST = 20, 2000


class Refused(Exception):
    """This webhook is not taken; the text is one plain sentence."""


class Unreadable(Exception):
    """The seal opens with none of the portal's keys."""


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """Where a webhook's calls go and what signs them; shows itself to nobody."""

    address: str
    secret: str


def of(person: Person) -> QuerySet[Webhook]:
    """The webhooks of `person`, by name."""
    return Webhook.objects.defer("sealed").filter(person_id=person.pk or 0)


@sensitive_variables("address", "secret", "target")
def add(person: User, name: str, form: str, address: str) -> tuple[Webhook, str]:
    """A new webhook of `person`, and the secret that signs its calls and is told only now.

    Raises Refused.
    """
    address = address.strip()
    if len(address) > ADDRESS_MOST:
        raise Refused(f"An address has at most {ADDRESS_MOST} letters.")
    try:
        outgoing.check(address)
    except outgoing.OutgoingRefused as reason:
        raise Refused(str(reason)) from None
    hook = Webhook(person=person, name=one_line(name, 60), form=Form(form), host=_host(address))
    secret = signing.new_secret() if hook.form == Form.JSON else ""
    hook.sealed = _seal(hook.pk, Target(address, secret))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)  # counted by one request at a time
        if of(person).count() >= MOST_WEBHOOKS:
            raise Refused(f"You have {MOST_WEBHOOKS} webhooks already; remove one first.")
        hook.save()
    return hook, secret


def revive(person: Person, webhook_id: UUID) -> bool:
    """Send to a webhook again that said it was gone; whether `person` has it."""
    return of(person).filter(pk=webhook_id).update(ended_at=None) > 0


def remove(person: Person, webhook_id: UUID) -> bool:
    """Forget a webhook and what was on its way to it; whether `person` had it."""
    return of(person).filter(pk=webhook_id).delete()[0] > 0


@sensitive_variables()
def opened(hook: Webhook) -> Target:
    """Where its calls go. Raises Unreadable."""
    try:
        content = json.loads(fernet().decrypt(bytes(hook.sealed)))
    except InvalidToken:
        raise Unreadable("This webhook was sealed with a key that the portal no longer has.") from None
    if content["webhook"] != str(hook.pk):
        raise Unreadable("This webhook's address was sealed for another.")
    return Target(content["address"], content["secret"])


def reseal() -> tuple[int, int]:
    """Seal every webhook again under the newest key; how many were, and how many did not open."""
    done = unreadable = 0
    for hook in Webhook.objects.select_for_update().order_by("pk"):
        try:
            hook.sealed = fernet().rotate(bytes(hook.sealed))
        except InvalidToken:
            unreadable += 1
            continue
        hook.save(update_fields=["sealed"])
        done += 1
    return done, unreadable


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "")[:255]


@sensitive_variables()
def _seal(webhook_id: UUID, target: Target) -> bytes:
    """Bound to one webhook, so that what lies in another's row does not open."""
    content = {"webhook": str(webhook_id), "address": target.address, "secret": target.secret}
    return fernet().encrypt(json.dumps(content).encode())
