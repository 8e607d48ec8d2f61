"""Owns what the pages of saved searches show, worked out beforehand. Asks no archive."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.urls import reverse

from accounts import access
from accounts.access import Person
from mastportal.desk import saved
from mastportal.desk.models import SavedSearch

MENU_MOST = 12
PAGE_MOST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One saved search as a list shows it."""

    saved: SavedSearch
    is_mine: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Those of one group, or a person's own."""

    title: str
    lines: list[Line]


def result_address(found: SavedSearch) -> str:
    """Its result, filtered, sorted and with the columns it was saved with."""
    path = reverse("result", args=[found.search_id])
    return f"{path}?{found.state}" if found.state else path


def role_words(user: Person, found: SavedSearch) -> str:
    """What `user` is to it: owner, editor or reader."""
    return access.role_on(user, found) or ""


def list_page(user: User, text: str) -> dict[str, Any]:
    """All that a person may open, their own first, then group by group."""
    may_write = {None, *(group_id for group_id, _ in access.groups_to_share_with(user))}
    found = saved.all_of(user, text)[:PAGE_MOST]
    lines = [Line(each, each.owner_id == user.pk, each.group_id in may_write) for each in found]
    lines.sort(key=lambda line: _shelf(line)[0])
    sections = [Section(shelf[1], list(those)) for shelf, those in groupby(lines, key=_shelf)]
    return {"sections": sections, "text": text, "is_cut": len(lines) == PAGE_MOST}


def _shelf(line: Line) -> tuple[tuple[bool, str, int], str]:
    """Where a line stands: its order and its heading."""
    group = line.saved.group
    if group is None:
        return (False, "", 0), "Only mine"
    return (True, group.name.casefold(), group.pk), f"Shared with {group.name}"


def menu(user: User) -> dict[str, Any]:
    """The newest few, for the search panel."""
    return {"lines": list(saved.all_of(user).order_by("-changed_at", "-pk")[:MENU_MOST])}


def writable(user: User) -> list[SavedSearch]:
    """Those that may be replaced by another."""
    return list(access.writable(saved.all_of(user), user)[:PAGE_MOST])


def state_of_page(then: str, page_url: str | None, result_path: str) -> str:
    """The table's query string: as sent, else that of the page a fragment was asked from."""
    if then or not page_url:
        return then
    parts = urlsplit(page_url)
    return parts.query if parts.path == result_path else ""
