"""Owns how the mails of a subscription end by the address in one of them, also for who is signed out.

A mail is of one subscription, so its address ends that one's mails and no other's: who presses the button of
a mail program sees one mail and means such as it; what else they follow, perhaps for a paper, goes on.
"""

from django.db import transaction
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from mastportal.news.models import Subscription
from mastportal.outbox import delivered, one_click
from mastportal.outbox.models import Channel, Delivery
from mastportal.outbox.post import Message, tell
from mastportal.work import Phase

ENDED = "Mails of this subscription were ended by the address in one of them."
UNFOLLOWED = "No more such mails come: what this mail was about is no longer followed."


@sensitive_variables("secret")
def named_by(secret: str) -> Subscription:
    """The subscription of the mail in which this stood. Raises one_click.NoSuchMail."""
    mail = one_click.opened(secret)
    theirs = Subscription.objects.filter(owner_id=mail.person_id, pk=mail.data.get("subscription"))
    found = theirs.select_related("watch__saved_search", "watch__basket").first()
    if found is None:
        raise one_click.NoSuchMail(UNFOLLOWED)
    return found


@transaction.atomic
def end_mails(found: Subscription) -> None:
    """End its mails, those that wait to be sent among them; the bell rings on, or from now on.

    Its owner hears of it under the bell: whoever was sent the mail, too, can do this.
    """
    # Who tells its news holds the row, too: what was told before is among what waits.
    locked = Subscription.objects.select_for_update().filter(pk=found.pk).first()
    if locked is None or Channel.MAIL not in locked.channels:
        return
    others = [channel for channel in locked.channels if channel not in (Channel.BELL, Channel.MAIL)]
    Subscription.objects.filter(pk=found.pk).update(channels=[Channel.BELL.value, *others])
    waiting = Delivery.objects.filter(person_id=found.owner_id, channel=Channel.MAIL, phase=Phase.QUEUED)
    delivered.stop(waiting.filter(data__subscription=found.pk), ENDED)
    tell([found.owner_id], _said(found, locked.messages))


def _said(found: Subscription, told: int) -> Message:
    return Message(
        event_id=f"mails-ended-{found.pk}-{told}",
        kind="mails-ended",
        title=f"You get no more mails about {found.watch}",
        text="They were ended by the address in one of them. The bell goes on; mails can be chosen again.",
        path=reverse("subscription", args=[found.pk]),
    )
