"""Owns what searches and tables look like to programs: plain JSON values. Asks and changes nothing."""

from typing import Any

from django.conf import settings

from mastportal.search.models import ResultSet, Search
from mastportal.tables.codes import OpenTable
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import page


def search_json(search: Search, cached: bool | None = None) -> dict[str, Any]:
    """A question and what became of it; `cached`: its rows are here, or were when it was asked."""
    answer = search.current
    meant = answer or search.latest
    has_rows = answer is not None and answer.has_rows
    return {
        "id": str(search.pk),
        "result": str(meant.pk) if meant else None,
        "phase": search.phase,
        "collection": search.collection,
        "criteria": search.criteria,
        "query": search.words,
        "row_count": answer.row_count if answer else None,
        "fetched_at": answer.fetched_at if answer else None,
        "expires_at": answer.expires_at if answer else None,
        "cached": has_rows if cached is None else cached,
        "archive": settings.ARCHIVE_NAME,
        "error": search.error or None,
        "error_code": (search.latest.error_kind if search.latest else "") or None,
        "understood": meant.understood if meant else None,
        "under_way": _under_way(search.latest) if search.latest and search.latest.is_unfinished else None,
    }


def _under_way(result: ResultSet) -> dict[str, Any]:
    """The asking that a person waits for."""
    return {
        "result": str(result.pk),
        "phase": result.phase,
        "waited_s": round(result.waited_s, 1),
        "count": result.count,
        "row_count": result.row_count,
        "understood": result.understood,
    }


def rows_json(table: OpenTable, query: TableQuery) -> dict[str, Any]:
    """A page of rows with its columns described; NaN is null."""
    found = page(table, query)
    names = query.columns or tuple(table.columns)
    return {
        "total": found.total,
        "matched": found.matched,
        "page": found.page,
        "page_size": found.page_size,
        "columns": [
            {"name": name, "label": column.label, "type": column.type, "unit": column.unit}
            for name, column in ((name, table.columns[name]) for name in names)
        ],
        "rows": found.rows,
    }


def facet_columns(table: OpenTable, query: TableQuery) -> list[str]:
    """The columns whose facets are asked for; all that are shown and can be counted when none are named."""
    if query.facets:
        return list(query.facets)
    columns = table.columns.values()
    return [column.name for column in columns if column.visible and column.kind in {"values", "range"}]
