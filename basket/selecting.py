"""Owns how what is wanted of a basket's products changes when several people change it.

A rule (preset, filters) is replaced only by who saw the one that stands; single files are put in or left out
of whatever stands, so those of several people add up.
"""

from collections.abc import Callable

from accounts.access import Person
from basket.activity import Kind, counted, latest
from basket.asked import selection_in_words
from basket.changing import changed, changing, check_seen
from basket.harvest import products_of
from basket.lines import contents_of
from basket.models import Basket
from basket.selection import Selection
from mastportal.tables.codes import OpenTable

Wish = Callable[[Selection], Selection]


def select(basket: Basket, wish: Wish, user: Person, seen: int | None = None) -> None:
    """Change the selection to what `wish` makes of the present one; nothing is counted where it stays.

    `seen` is a revision of the basket at which the selection was looked at; None where it does not matter.
    Raises Outdated when the selection has changed since, BadQuery when it does not fit the products, Conflict
    while the basket is locked.
    """
    with changing(basket):
        check_seen(basket, basket.selection_revision, seen, _meanwhile(basket) if seen is not None else "")
        current = Selection.parse(basket.selection)
        wished = wish(current)
        products = products_of(contents_of(basket))
        wished.check(products, before=current)
        if wished != current:
            now = basket.revision + 1
            words = _words(current, wished, products)
            told = {"selection": wished.as_json(), "selection_revision": now}
            changed(basket, user, Kind.SELECTED, words, **told)


def _meanwhile(basket: Basket) -> str:
    """Who changed the selection last and to what, for somebody who had not seen it."""
    event = latest(basket, Kind.SELECTED)
    if event is None:
        return ""
    who = event.by.get_username() if event.by else "Somebody who is gone"
    return f"{who} {event.words} ({event.at:%H:%M} UTC), which you had not seen: your change was not made."


def _words(current: Selection, wished: Selection, products: OpenTable) -> str:
    if (current.preset, current.filters) == (wished.preset, wished.filters):
        into = len(set(wished.include) - set(current.include)) + len(
            set(current.exclude) - set(wished.exclude)
        )
        out = len(set(wished.exclude) - set(current.exclude)) + len(
            set(current.include) - set(wished.include)
        )
        if not wished.include and not wished.exclude:
            return "forgot the files selected and left out singly"
        if into and not out:
            return f"selected {counted(into, 'file')} singly"
        if out and not into:
            return f"left out {counted(out, 'file')} singly"
    return f"changed what is selected to: {selection_in_words(wished, products)}"
