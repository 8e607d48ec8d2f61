"""Owns the rule of a subscription: what is new goes into a basket, and a bundle is made of it.

One transaction each, so that it is done once. Never enqueues: the door does, with what is given back.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from basket import bundles, lines
from basket.access import basket_to_write
from basket.models import Bundle
from mastportal.conflicts import Conflict
from mastportal.news.models import Happening, Pending, Subscription
from mastportal.outbox.post import Message, tell
from mastportal.search.products import want
from mastportal.tables.columns import BadQuery

GONE = "The basket of this rule is gone, or you may no longer change it; choose another one."


@dataclass(frozen=True, slots=True)
class Done:
    """What a rule did: how many observations came in, whose product lists are to be queued, the bundle.

    `error` is why there is no bundle of them, though one was wished.
    """

    added: int
    list_ids: list[int]
    bundle: Bundle | None
    error: str = ""


def waiting() -> list[int]:
    """Subscriptions whose rule has something to do."""
    ids = Pending.objects.filter(must_act=True, subscription__paused_at=None)
    return sorted(set(ids.values_list("subscription_id", flat=True)))


@transaction.atomic
def act(subscription_id: int) -> Done | None:
    """Put what is new into the rule's basket; None where there was nothing to do, or it could not be done.

    Why it could not is kept with the subscription, and its owner hears of it under the bell.
    """
    locked = Subscription.objects.select_for_update(of=("self",)).filter(pk=subscription_id, paused_at=None)
    found = locked.select_related("owner", "watch").first()
    pending = list(found.pending.filter(must_act=True).select_related("happening")) if found else []
    if found is None or not pending:
        return None
    Pending.objects.filter(pk__in=[each.pk for each in pending]).update(must_act=False)
    try:
        with transaction.atomic():
            done = _added(found, [each.happening.row for each in pending])
            error = done.error if done else GONE
    except (Http404, PermissionDenied):
        done, error = None, GONE
    except BadQuery as bad:
        done, error = None, bad.message
    except Conflict as locked_basket:
        done, error = None, str(locked_basket)
    Subscription.objects.filter(pk=found.pk).update(rule_error=error)
    if error:
        tell([found.owner_id], _said(found, pending[-1].happening, error))
    return done


def _said(found: Subscription, last: Happening, error: str) -> Message:
    """What became of the rule, once for all that was new up to the `last`."""
    return Message(
        event_id=f"rule-{found.pk}-{last.uid}",
        kind="rule-failed",
        title=f"What is new in {found.watch} could not be added to your basket as you wished",
        text=error,
        path=reverse("subscription", args=[found.pk]),
    )


def _added(found: Subscription, rows: list[dict[str, object]]) -> Done | None:
    if found.rule_basket_id is None:
        return None
    basket = basket_to_write(found.owner, found.rule_basket_id)
    observations = [row for row in rows if row.get("obsid")]
    files = [row for row in rows if row.get("dataURI")]
    question = f"New in {found.watch}"
    added = lines.add_observations(basket, observations, found.owner, question).added
    added += lines.add_files(basket, files, found.owner, question).added
    list_ids = want([str(row["obsid"]) for row in observations])
    if not added or not found.rule_bundle:
        return Done(added, list_ids, None)
    try:
        return Done(added, list_ids, bundles.request(basket, found.owner, "zip", "nested"))
    except BadQuery as bad:  # what came in stays in all the same
        return Done(added, list_ids, None, bad.message)
