"""Makes mails of subscriptions for tests of every room."""

from mastportal.news import subscribing, wording
from mastportal.news.models import Subscription
from mastportal.outbox import one_click, post
from mastportal.outbox.models import Delivery


def mail_of(found: Subscription, number: int = 1) -> Delivery:
    """The mail that is the subscription's `number`-th message, on its way."""
    message = wording.many(found, number, [])
    post.tell([found.owner_id], message, channels=[post.MAIL])
    return Delivery.objects.get(person_id=found.owner_id, event_id=message.event_id)


def secret_of_mail(person) -> str:
    """The signed part of the address that ends the mails of a subscription of this person's."""
    wishes = {"channels": ["bell", "mail"]}
    found = subscribing.subscribe(person, subscribing.programme_watch("JWST", "1176"), wishes)
    return one_click.signed(mail_of(found))
