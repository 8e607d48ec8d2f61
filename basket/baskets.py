"""Owns the life of a basket as a whole: made, renamed, moved, locked, copied, merged, removed.

What goes in and out is `lines`, what is wanted of it `selecting`. Never enqueues.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.access import Person
from accounts.models import ResearchGroup, Role
from basket import access
from basket.activity import Kind, counted, note
from basket.changing import changed, changing, check_seen, held, refuse_locked
from basket.lines import MOST_LINES, Added
from basket.models import Basket, BasketLine, BasketProduct
from mastportal.conflicts import Conflict
from mastportal.tables.columns import BadQuery

ROWS_AT_ONCE = 2000
LOCK_NOTE_CHARACTERS = 200
Row = BasketLine | BasketProduct


@transaction.atomic
def make(
    name: str, user: User, group: ResearchGroup | None = None, words: str = "made this basket"
) -> Basket:
    """A new basket; who calls has checked that `user` may share with `group`."""
    basket = Basket.objects.create(name=name, owner=user, group=group)
    note(basket, user, Kind.MADE, words)
    return basket


def rename(basket: Basket, user: Person, name: str, seen: int | None = None) -> None:
    """Another name. Raises Outdated when the basket is no longer at the revision `seen`, and Conflict."""
    with changing(basket):
        check_seen(basket, basket.revision, seen)
        if name != basket.name:
            changed(basket, user, Kind.RENAMED, f"renamed it, which was “{basket.name}”", name=name)


def move(basket: Basket, user: Person, group_id: int | None, seen: int | None = None) -> None:
    """Into a group, or out of it again. Raises PermissionDenied, and as `rename` does."""
    with changing(basket):
        check_seen(basket, basket.revision, seen)
        if group_id == basket.group_id:
            return
        group = access.new_group(user, basket, group_id)
        words = f"moved it to {group}" if group else f"took it out of {basket.group}"
        changed(basket, user, Kind.MOVED, words, group=group)


def lock(basket: Basket, user: User, why: str = "") -> None:
    """Final: until it is unlocked nothing changes, and bundles may still be made. Raises Conflict."""
    why = " ".join(why.split())[:LOCK_NOTE_CHARACTERS]
    with changing(basket):
        words = f"locked it: {why}" if why else "locked it"
        told = {"locked_at": timezone.now(), "locked_by": user, "lock_note": why}
        changed(basket, user, Kind.LOCKED, words, **told)


def unlock(basket: Basket, user: User) -> None:
    """Open for changes again. Raises PermissionDenied to all but who locked it and owners; Conflict."""
    with held(basket):
        if basket.locked_at is None:
            raise Conflict(f"“{basket.name}” is not locked.", "not_locked")
        if not may_unlock(user, basket):
            raise PermissionDenied("Only who locked the basket or an owner of its group unlocks it.")
        told = {"locked_at": None, "locked_by": None, "lock_note": ""}
        changed(basket, user, Kind.UNLOCKED, "unlocked it", **told)


def may_unlock(user: Person, basket: Basket) -> bool:
    """Who locked it and may still write; else the owners."""
    role = access.role_on(user, basket)
    return role == Role.OWNER or (role == Role.EDITOR and basket.locked_by_id == user.pk)


@transaction.atomic
def copy(basket: Basket, user: User, name: str, group: ResearchGroup | None = None) -> Basket:
    """An unlocked basket with the same rows, notes and selection, whatever becomes of the first."""
    new = make(name, user, group, f"copied it from “{basket.name}” as of revision {basket.revision}")
    Basket.objects.filter(pk=new.pk).update(selection=basket.selection)
    for rows in (basket.lines, basket.products):
        _create(new, user, rows.order_by("pk"))
    new.refresh_from_db()
    return new


def merge(basket: Basket, other: Basket, user: Person) -> Added:
    """Take in all rows of `other`, which stays as it is; what is selected here goes on by this basket's rule.

    A row that is in both keeps its note here; where it has none, it takes the other's. Raises BadQuery for
    too many or the basket itself, Conflict while this one is locked.
    """
    if basket.pk == other.pk:
        raise BadQuery("A basket cannot be merged with itself; choose another.", "basket")
    with changing(basket):
        now = basket.revision + 1
        lines, notes = _merge_rows(basket, user, BasketLine, other, "obsid", now)
        files, more_notes = _merge_rows(basket, user, BasketProduct, other, "data_uri", now)
        if lines.added or files.added or notes or more_notes:
            told = f"{counted(lines.added, 'observation')} and {counted(files.added, 'file')}"
            changed(basket, user, Kind.MERGED, f"merged “{other.name}” into it: {told}")
    return Added(lines.added + files.added, lines.already + files.already)


def _merge_rows(
    basket: Basket, user: Person, model: type[Any], other: Basket, key: str, now: int
) -> tuple[Added, int]:
    """What came in and was here already, and how many notes came to rows that had none."""
    theirs = {getattr(row, key): row for row in model._default_manager.filter(basket=other).order_by("pk")}
    mine = {getattr(row, key): row for row in model._default_manager.filter(basket=basket)}
    new = [row for name, row in theirs.items() if name not in mine]
    if len(mine) + len(new) > MOST_LINES:
        raise BadQuery(f"A basket holds at most {MOST_LINES:,} observations; these would be more.", "basket")
    noted = [(mine[name], row) for name, row in theirs.items() if name in mine and row.note]
    to_note = [(here, row) for here, row in noted if not here.note]
    for here, row in to_note:
        here.note, here.note_by_id, here.note_revision = row.note, row.note_by_id, now
    fields = ["note", "note_by", "note_revision"]
    model._default_manager.bulk_update([here for here, _ in to_note], fields, batch_size=ROWS_AT_ONCE)
    _create(basket, user, new)
    return Added(len(new), len(theirs) - len(new)), len(to_note)


def _create(basket: Basket, user: Person, rows: Iterable[Row]) -> None:
    """The same rows in another basket, added by `user` now; notes keep their writers."""
    kinds: dict[type[Any], list[Any]] = {}
    for row in rows:
        row.pk, row.basket, row.added_by_id, row.added_at = None, basket, user.pk, timezone.now()
        row.note_revision = basket.revision
        row._state.adding = True
        kinds.setdefault(type(row), []).append(row)
    for model, new in kinds.items():
        model._default_manager.bulk_create(new, batch_size=ROWS_AT_ONCE)


def remove(basket: Basket) -> None:
    """Bundles made from it stay. Raises Conflict while it is locked."""
    with held(basket, for_good=True):
        refuse_locked(basket)
        basket.delete()
