"""Owns one attempt at one delivery: what was tried, what comes of it, and that its end is told.

At least once: a delivery is over only when the other side has taken it and that is committed. Who dies in
between tries again under the same id, by which the other side knows it.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from mastportal.outbox import calls, mails, post
from mastportal.outbox.failures import Never, NotNow, Off, Undelivered
from mastportal.outbox.lease import Lease, LeaseLost, pause_s, rest
from mastportal.outbox.models import Channel, Delivery, Webhook
from mastportal.outbox.wording import one_line
from mastportal.work import SERVICE_IS_AWAY, Phase

logger = logging.getLogger(__name__)
OUR_FAULT = "The portal broke off while sending; the administrator's log says why."
WEBHOOK_GONE = "The webhook takes no more messages."
ENDED = "outbox.undelivered"  # the kind of the notice that says so


def send(delivery_id: UUID) -> None:
    """Try one delivery, if its time has come and nobody else is at it."""
    lease = Lease.claim(delivery_id)
    if lease is None:
        return
    delivery = Delivery.objects.select_related("person", "webhook").filter(pk=delivery_id).first()
    if delivery is None:  # its person or its webhook was removed just now
        return
    try:
        with lease.held():
            _hand_over(delivery)
        lease.finish()
    except LeaseLost:
        logger.warning("delivery %s was taken over by another worker", delivery_id)
    except Undelivered as reason:
        _settle(lease, delivery, reason)
    except SERVICE_IS_AWAY:
        raise  # says nothing of the delivery: tried again when its lease ends
    except Exception:
        logger.exception("delivery %s met a fault of the portal's", delivery_id)
        _settle(lease, delivery, NotNow(OUR_FAULT, way_is_closed=False))


def _hand_over(delivery: Delivery) -> None:
    """Raises Undelivered."""
    if not delivery.person.is_active:
        raise Off("The account is closed.")
    if delivery.attempts > 1 and _is_late(delivery, 2):
        raise Never(OUR_FAULT)  # whoever tried it died of it, so that no pause was ever noted
    if delivery.webhook is None:
        mails.send(delivery)
        return
    if delivery.webhook.ended_at is not None:
        raise Off(WEBHOOK_GONE)
    try:
        calls.send(delivery, delivery.webhook)
    except Undelivered as reason:
        calls.note(delivery.webhook, one_line(str(reason)))
        raise
    calls.note(delivery.webhook, "")


def _settle(lease: Lease, delivery: Delivery, reason: Undelivered) -> None:
    """Put it off, or end it and say so; both or nothing."""
    logger.info("delivery %s, attempt %d: %s", delivery.pk, delivery.attempts, reason)
    sentence = one_line(str(reason))
    try:
        with transaction.atomic():
            match reason:
                case Off():
                    lease.end(Phase.ABORTED, sentence)
                case NotNow() if not _is_late(delivery):
                    _put_off(lease, delivery, reason, sentence)
                case _:
                    lease.end(Phase.ERROR, sentence)
                    _tell_the_end(delivery, sentence, is_gone=isinstance(reason, Never) and reason.is_gone)
    except LeaseLost:
        logger.warning("delivery %s was taken over by another worker", delivery.pk)


def _is_late(delivery: Delivery, patiences: int = 1) -> bool:
    return timezone.now() - delivery.queued_at > timedelta(seconds=patiences * settings.POST_PATIENCE_S)


def _put_off(lease: Lease, delivery: Delivery, reason: NotNow, sentence: str) -> None:
    for_s = max(pause_s(delivery.attempts), reason.after_s or 0)
    lease.put_off(sentence, for_s)
    if reason.way_is_closed:
        rest(_same_way(delivery), for_s)


def _same_way(delivery: Delivery) -> Q:
    if delivery.webhook_id is None:
        return Q(channel=Channel.MAIL)
    return Q(webhook_id=delivery.webhook_id)


def _tell_the_end(delivery: Delivery, sentence: str, *, is_gone: bool) -> None:
    """A line under the bell, once a day for one way, however many messages it would have carried."""
    way = "mail"
    if delivery.webhook is not None:
        way = f"the webhook “{delivery.webhook.name}”"
        if is_gone:
            Webhook.objects.filter(pk=delivery.webhook.pk).update(ended_at=Now())
    today = timezone.now().date().isoformat()
    message = post.Message(
        event_id=f"{ENDED}:{delivery.webhook_id or 'mail'}:{today}",
        kind=ENDED,
        title=f"A message could not be delivered by {way}",
        text=f"{sentence}\nThe message was: {delivery.title}",
        path=reverse("channels"),
    )
    post.tell([delivery.person_id], message)
