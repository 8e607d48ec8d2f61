"""Owns what of a result becomes a file: the rows kept, in their order, and what the file says of itself."""

from django.conf import settings

from mastportal.search.models import ResultSet
from mastportal.tables.batches import About
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import columns_of
from mastportal.tables.export import Export, export
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows
from mastportal.tables.words import filters_in_words


def exported(result: ResultSet, table: OpenTable, query: TableQuery, format: str) -> tuple[Export, str]:
    """All rows a query keeps of a snapshot, as it orders and shows them; the file's name. Raises BadQuery."""
    chosen = table.table.select(list(query.columns or table.columns)).take(ordered_rows(table, query))
    made = export(chosen, format, about(result, query, table))
    return made, f"{stem(result)}.{made.extension}"


def about(result: ResultSet, query: TableQuery, table: OpenTable) -> About:
    """What a file of these rows tells: the question and the filters in words, the archive, and when."""
    return About(
        question=result.search.words,
        filters=filters_in_words(query, columns_of(table.schema)),
        archive=settings.ARCHIVE_NAME,
        asked_at=f"{result.fetched_at:%Y-%m-%dT%H:%M:%SZ}" if result.fetched_at else "",
    )


def stem(result: ResultSet) -> str:
    """The name of a result's files without the dot and what follows."""
    return f"search-{str(result.search_id)[:8]}"
