"""Owns how a basket is changed: its row held, not while it is locked, each change counted and told.

Whoever changes something in a basket does it inside `changing`, so that no change is lost in another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from accounts.access import Person
from basket.activity import Kind, note
from basket.models import Basket
from mastportal.conflicts import Conflict, Outdated

UNSEEN = "This was changed meanwhile: it is at revision {}, not {}."


@contextmanager
def held(basket: Basket, *, for_good: bool = False) -> Iterator[None]:
    """Nobody else changes or removes the basket meanwhile; it is read anew. Raises Http404 once it is gone.

    `for_good` also keeps off whoever is about to hang something new onto it.
    """
    with transaction.atomic():
        row = Basket.objects.select_for_update(no_key=not for_good).filter(pk=basket.pk).values("pk").first()
        if row is None:
            raise Http404
        basket.refresh_from_db()
        yield


@contextmanager
def changing(basket: Basket) -> Iterator[None]:
    """The same for a change. Raises Conflict while the basket is locked."""
    with held(basket):
        refuse_locked(basket)
        yield


def refuse_locked(basket: Basket) -> None:
    """Raises Conflict, with who locked it and why, where the basket must not change."""
    if basket.locked_at is None:
        return
    who = basket.locked_by.get_username() if basket.locked_by else "somebody who is gone"
    why = f" ({basket.lock_note})" if basket.lock_note else ""
    raise Conflict(
        f"“{basket.name}” was locked by {who} on {basket.locked_at:%Y-%m-%d %H:%M} UTC{why}: "
        "unlock it first, or change a copy.",
        "locked",
    )


@transaction.atomic
def touch(basket: Basket, **changes: Any) -> None:
    """Count a change of the basket, which everybody with an older revision must hear of."""
    now = timezone.now()
    Basket.objects.filter(pk=basket.pk).update(revision=F("revision") + 1, changed_at=now, **changes)
    basket.refresh_from_db()


@transaction.atomic
def changed(basket: Basket, user: Person | None, kind: Kind, words: str, **changes: Any) -> None:
    """Count a change, and write down who did what; `words` go on after the person's name."""
    touch(basket, **changes)
    note(basket, user, kind, words)


def check_seen(basket: Basket, since: int, seen: int | None, told: str = "") -> None:
    """Raises Outdated where a part that changed last at revision `since` was not `seen` so.

    A part stays the same while only others change: any revision from `since` to the present one will do.
    """
    if seen is not None and not since <= seen <= basket.revision:
        raise Outdated(told or UNSEEN.format(basket.revision, seen), basket.revision)
