"""Owns how each person's tables look, by kind of table. Knows no table's columns; asks nobody."""

import re
from collections.abc import Mapping
from typing import Any, cast

from accounts.access import Person
from accounts.models import TableLayout
from mastportal.tables.columns import BadQuery, quoted
from mastportal.tables.layout import NARROWEST_PX, USUAL, WIDEST_PX, Layout

NAMES_MOST = 500
_KIND = re.compile(r"observations|products|jwst-keywords:[a-z0-9-]{1,20}")
_NAME = re.compile(r"-?[\w.:-]{1,80}", re.ASCII)


def layout_of(user: Person, kind: str) -> Layout:
    """What `user` chose for tables of this kind; USUAL where nothing was."""
    found = TableLayout.objects.filter(user_id=cast(int, user.pk), kind=kind).first()
    return Layout(tuple(found.columns), found.widths, tuple(found.sort)) if found else USUAL


def remember(user: Person, kind: str, chosen: Mapping[str, str]) -> None:
    """Keep what of `columns`, `sort` (names with commas) and `widths` (`name:pixels` with commas) was chosen.

    What is not in `chosen` stays as it was. Raises BadQuery.
    """
    parts: dict[str, Any] = {
        name: read(chosen[name]) for name, read in _READERS.items() if chosen.get(name) is not None
    }
    TableLayout.objects.update_or_create(user_id=cast(int, user.pk), kind=known_kind(kind), defaults=parts)


def forget(user: Person, kind: str) -> None:
    """The usual columns again, in their usual widths and order."""
    TableLayout.objects.filter(user_id=cast(int, user.pk), kind=known_kind(kind)).delete()


def known_kind(kind: str) -> str:
    """The kind as it is; BadQuery where there is no such table."""
    if not _KIND.fullmatch(kind):
        raise BadQuery(f"There is no kind of table called {quoted(kind)}.", "kind")
    return kind


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if wrong := next((name for name in names if not _NAME.fullmatch(name)), ""):
        raise BadQuery(f"{quoted(wrong)} is no name of a column.", "columns")
    if len(names) > NAMES_MOST:
        raise BadQuery(f"A table shows at most {NAMES_MOST} columns.", "columns")
    return names


def _widths(text: str) -> dict[str, int]:
    widths = {}
    for pair in _names(text):
        name, _, width = pair.rpartition(":")
        if not name or not width.isdigit() or not NARROWEST_PX <= int(width) <= WIDEST_PX:
            raise BadQuery(
                f"A width is name:pixels, {NARROWEST_PX} to {WIDEST_PX} pixels, not {quoted(pair)}.", "widths"
            )
        widths[name] = int(width)
    return widths


_READERS = {"columns": _names, "widths": _widths, "sort": _names}
