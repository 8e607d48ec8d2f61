"""What the shared table templates show, worked out beforehand; imports neither Django nor the archive client.

Every link keeps the rest of the address. Colours of rows are the caller's: `state_of` tells them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import Column, columns_of
from mastportal.tables.export import FORMATS, WORDS
from mastportal.tables.facets import facets
from mastportal.tables.facetview import FacetView, facet_view
from mastportal.tables.fewvalues import few_valued
from mastportal.tables.grammar import FACET_LIMIT, TableQuery
from mastportal.tables.heads import Head, head, sorted_url
from mastportal.tables.layout import USUAL, Layout
from mastportal.tables.links import Chip, Link, Pager, chips, pager
from mastportal.tables.paging import Page, page
from mastportal.tables.rowview import PLAIN, RowView, StateOf, row_views
from mastportal.tables.words import filters_in_words

PAGE_SIZES = (25, 50, 100, 250, 1000)
EXPANDED = 200
MORE, ALBUM = ("more", "1"), ("view", "album")


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that can be shown or not."""

    column: Column
    shown: bool


@dataclass(frozen=True)
class TableView:
    """A table as shown: heads, rows, facets, chips, pager and the links between them."""

    path: str
    query: TableQuery
    schema_columns: dict[str, Column]
    key: str
    page: Page
    shown: tuple[str, ...]
    heads: list[Head]
    rows: list[RowView]
    facets: list[FacetView]

    @property
    def address(self) -> str:
        return self.query.address(self.path)

    @property
    def filters(self) -> str:
        """The filters alone, as a basket or an export takes them."""
        return self.query.filters_alone().querystring()

    @property
    def total_words(self) -> str:
        return f"{self.page.total:,}"

    @property
    def matched_words(self) -> str:
        return f"{self.page.matched:,}"

    @property
    def first_words(self) -> str:
        return f"{self.pager.first_row:,}"

    @property
    def last_words(self) -> str:
        return f"{self.pager.last_row:,}"

    @property
    def export_formats(self) -> tuple[tuple[str, str, str], ...]:
        """Each format with its name and what it is good for."""
        return tuple((format, *WORDS[format]) for format in FORMATS)

    @property
    def export_query(self) -> str:
        """What an export takes: filters, order and the columns shown."""
        return self.query.filters_alone().querystring(sort=self.query.sort, columns=self.shown)

    @property
    def is_filtered(self) -> bool:
        return self.query.is_filtered

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self.query, self.schema_columns, self.path)

    @property
    def filters_words(self) -> str:
        """The filters as one sentence; empty where there are none."""
        return filters_in_words(self.query, self.schema_columns)

    @property
    def clear_url(self) -> str:
        return self.query.address(self.path, filters=(), q="", sky="", page=1)

    @cached_property
    def pager(self) -> Pager:
        return pager(self.query, self.page, self.path)

    @cached_property
    def page_sizes(self) -> list[Link]:
        sizes = sorted({*PAGE_SIZES, self.query.page_size})
        return [
            Link(
                str(size),
                self.query.address(self.path, page_size=size, page=1),
                size == self.query.page_size,
            )
            for size in sizes
        ]

    @cached_property
    def choices(self) -> list[Choice]:
        """Every column, those shown first and in their order."""
        rest = [name for name in self.schema_columns if name not in self.shown]
        return [Choice(self.schema_columns[name], name in self.shown) for name in (*self.shown, *rest)]

    @property
    def plain_url(self) -> str:
        """The address without its columns: the remembered ones, else the usual."""
        return self.query.address(self.path, columns=())

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """The address's parameters but those of the given names and the page: a form's hidden inputs."""
        left_out = {*names, "page"}
        return [(name, value) for name, value in self.query.pairs() if name not in left_out]

    @property
    def hidden_but_q(self) -> list[tuple[str, str]]:
        return self.hidden("q")

    @property
    def is_album(self) -> bool:
        """Rows are wanted as pictures."""
        return ALBUM in self.query.extra

    @property
    def album_url(self) -> str:
        return self._in(ALBUM)

    @property
    def table_url(self) -> str:
        return self._in()

    def _in(self, *wanted: tuple[str, str]) -> str:
        kept = tuple(pair for pair in self.query.extra if pair[0] != ALBUM[0])
        return self.query.address(self.path, extra=(*kept, *wanted))

    @property
    def has_more_filters(self) -> bool:
        """Every column with few values is a filter, not only the usual ones."""
        return MORE in self.query.extra

    @property
    def more_filters_url(self) -> str:
        kept = tuple(pair for pair in self.query.extra if pair[0] != MORE[0])
        return self.query.address(self.path, extra=kept if self.has_more_filters else (*kept, MORE))

    @property
    def unsorted_url(self) -> str:
        return sorted_url(self.query, self.path, ())


def table_view(
    table: OpenTable,
    query: TableQuery,
    path: str,
    *,
    facet_columns: Sequence[str] = (),
    usual_columns: Sequence[str] = (),
    values: Sequence[str] = (),
    layout: Layout = USUAL,
    state_of: StateOf = lambda row: PLAIN,
) -> TableView:
    """The page of `table` that `query` asks for, at the address `path`.

    Where the query names no columns, the layout's are shown, else `usual_columns`, else those marked visible;
    `values` are columns each row gives raw beside its cells, for `state_of` and for links. Raises BadQuery.
    """
    columns = columns_of(table.schema)
    layout = layout.among(columns)
    visible = tuple(each.name for each in columns.values() if each.visible)
    shown = query.columns or layout.columns or tuple(usual_columns) or visible
    beside = [name for name in dict.fromkeys((table.key, *values)) if name in columns]
    found = _page(table, replace(query, columns=tuple(dict.fromkeys((*shown, *beside)))))
    described = [columns[name] for name in shown]
    return TableView(
        path=path,
        query=query,
        schema_columns=columns,
        key=table.key,
        page=found,
        shown=shown,
        heads=[head(column, query, path, layout.widths.get(column.name, 0)) for column in described],
        rows=row_views(found, table.key, described, state_of),
        facets=facet_views(table, query, path, _facet_columns(table, query, facet_columns)),
    )


def _page(table: OpenTable, query: TableQuery) -> Page:
    """The page asked for; past the end, as after a filter typed by hand, the last one."""
    found = page(table, query)
    return page(table, replace(query, page=found.pages)) if found.page > found.pages else found


def _facet_columns(table: OpenTable, query: TableQuery, usual: Sequence[str]) -> list[str]:
    """The usual facets, and where the address wants more, every other column with few values."""
    names = [name for name in usual if name in table.columns]
    return list(dict.fromkeys((*names, *few_valued(table)))) if MORE in query.extra else names


def facet_views(table: OpenTable, query: TableQuery, path: str, columns: Sequence[str]) -> list[FacetView]:
    """The facets in their order, those without any value left out.

    A single one named by the query's `facets` is opened: it shows more and is searched in. Several are
    those to show.
    """
    if len(query.facets) == 1:
        (opened,) = query.facets
        limit = query.facet_limit if query.facet_limit != FACET_LIMIT else EXPANDED
        names = [*columns, *(name for name in query.facets if name not in columns)]
        counted = facets(table, query, [name for name in names if name != opened])
        counted += facets(table, query, [opened], limit, query.within)
    else:
        names = list(query.facets or columns)
        counted = facets(table, query, names, query.facet_limit, query.within)
    by_name = {each["column"]: each for each in counted}
    described = columns_of(table.schema)
    made = [facet_view(by_name[name], described[name], query, path) for name in names]
    return [each for each in made if each.says_something]
