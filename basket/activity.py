"""Owns the list of what was done to a basket: by whom, when, in words. Changes nothing but that list."""

from collections.abc import Sequence
from enum import StrEnum

from django.db.models import QuerySet

from accounts.access import Person, id_of
from basket.models import Basket, BasketEvent

MOST_CHARACTERS = 500
PAGE = 50


class Kind(StrEnum):
    """What is alike in the list."""

    MADE = "made"
    ADDED = "added"
    REMOVED = "removed"
    SELECTED = "selected"
    RENAMED = "renamed"
    MOVED = "moved"
    NOTED = "noted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    MERGED = "merged"
    REFRESHED = "refreshed"


def note(basket: Basket, user: Person | None, kind: Kind, words: str) -> BasketEvent:
    """Write down what `user` did, at the basket's present revision."""
    return BasketEvent.objects.create(
        basket=basket,
        by_id=(id_of(user) or None) if user else None,
        kind=kind,
        words=words if len(words) <= MOST_CHARACTERS else f"{words[: MOST_CHARACTERS - 1]}…",
        revision=basket.revision,
    )


def events_of(basket: Basket) -> QuerySet[BasketEvent]:
    """What was done, the newest first, with who did it."""
    return BasketEvent.objects.filter(basket=basket).select_related("by")


def page_of(basket: Basket, before: int | None = None, size: int = PAGE) -> Sequence[BasketEvent]:
    """The `size` events before the one with the id `before`, and one more where there are more."""
    events = events_of(basket)
    return list((events.filter(pk__lt=before) if before is not None else events)[: size + 1])


def latest(basket: Basket, kind: Kind | None = None) -> BasketEvent | None:
    """The newest event, of one kind where that is said."""
    events = events_of(basket)
    return (events.filter(kind=kind) if kind else events).first()


def counted(number: int, one: str, several: str = "") -> str:
    """`1 observation`, `1,204 observations`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
