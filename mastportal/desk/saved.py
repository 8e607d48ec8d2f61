"""Owns saved searches: who sees and changes them, and what of a table's address is kept. Asks no archive."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.access import Person, editable_or_403, group_to_share_with, visible, visible_or_404
from mastportal.desk.models import SavedSearch
from mastportal.mast.fields import arrow_schema
from mastportal.search import results
from mastportal.search.asking import read
from mastportal.search.models import Search
from mastportal.tables.columns import BadQuery, columns_of
from mastportal.tables.grammar import FACET_LIMIT, TableQuery
from mastportal.tables.words import filters_in_words

# A web server takes addresses of some four thousand bytes.
STATE_MOST = 3_000
TEXT_MOST = 200


def all_of(user: Person, text: str = "") -> QuerySet[SavedSearch]:
    """A person's own and those of their groups, by name; with `text` in name, note, question or filters."""
    rows = visible(SavedSearch.objects.select_related("owner", "group", "search"), user)
    for word in text.replace("\0", " ")[:TEXT_MOST].split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(note__icontains=word)
            | Q(search__words__icontains=word)
            | Q(filter_words__icontains=word)
        )
    return rows


def to_read(user: Person, saved_id: int) -> SavedSearch:
    """Raises Http404 where it is not theirs to see."""
    return visible_or_404(all_of(user), user, pk=saved_id)


def to_write(user: Person, saved_id: int) -> SavedSearch:
    """Raises Http404 for outsiders, PermissionDenied for readers."""
    return editable_or_403(all_of(user), user, pk=saved_id)


def lock(found: SavedSearch) -> SavedSearch:
    """The row as it is now, held until the transaction ends: who changes it next waits."""
    return SavedSearch.objects.select_for_update().get(pk=found.pk)


def schema_of(search: Search) -> pa.Schema:
    """The columns of a search's table, also where its rows are gone or not yet here."""
    if search.current is not None and search.current.has_rows:
        return results.open_table(search.current.pk).schema
    return arrow_schema(read(search.criteria).fields)


def table_state(search: Search, text: str) -> tuple[str, str]:
    """Of a result's query string what is worth keeping, filters, order and columns, and its filters in words.

    The page looked at and opened facets are not kept. Raises BadQuery.
    """
    schema = schema_of(search)
    query = TableQuery.parse(text, schema)
    kept = replace(query, page=1, facets=(), facet_limit=FACET_LIMIT, within="", extra=())
    state = kept.querystring()
    if len(state) > STATE_MOST:
        raise BadQuery("These filters are too long to be kept with a search; use fewer of them.", "state")
    return state, filters_in_words(kept, columns_of(schema))


def save(
    user: Any, search: Search, *, name: str, group: int | None = None, state: str = "", note: str = ""
) -> SavedSearch:
    """Keep a question and the state of its table. Raises BadQuery, PermissionDenied."""
    kept, words = table_state(search, state)
    return SavedSearch.objects.create(
        owner=user,
        group=group_to_share_with(user, group),
        name=name,
        note=note,
        search=search,
        state=kept,
        filter_words=words,
    )


def change(user: Person, saved: SavedSearch, **changes: Any) -> None:
    """Set name, note, `group` (an id), `search` or `state`; the revision grows. Raises as `save` does."""
    fields: dict[str, Any] = {name: changes[name] for name in ("name", "note") if name in changes}
    if "group" in changes and changes["group"] != saved.group_id:
        if saved.owner_id != user.pk:
            raise PermissionDenied("Only its owner decides with whom a saved search is shared.")
        fields["group"] = group_to_share_with(user, changes["group"])
    if "search" in changes or "state" in changes:
        fields["search"] = changes.get("search", saved.search)
        fields["state"], fields["filter_words"] = table_state(
            fields["search"], changes.get("state", saved.state)
        )
    SavedSearch.objects.filter(pk=saved.pk).update(
        **fields, revision=F("revision") + 1, changed_at=timezone.now()
    )
    saved.refresh_from_db()
