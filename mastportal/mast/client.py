"""MastClient: every question of the portal to the archive, page by page, as Arrow tables. Imports no Django.

astroquery is loaded with the first question, so that processes which ask none never pay for it.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import requests
import stamina

from mastportal.mast.adapter import ArchiveAdapter, mount
from mastportal.mast.answers import answered, json_object, table_page
from mastportal.mast.arrow import page_table
from mastportal.mast.asking import (
    Asked,
    count_requests,
    rows_count_requests,
    rows_requests,
    values_requests,
)
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.criteria import Criteria, parse_question
from mastportal.mast.errors import ArchiveError, NotFound, TooMany, Unavailable, may_pass
from mastportal.mast.fields import PRODUCT_FIELDS, Field, arrow_schema, fields_by_name
from mastportal.mast.identity import Identity, identity_in
from mastportal.mast.leaving_out import leaving_out
from mastportal.mast.resolving import Resolved, it_moves, nobody_knows, place_in
from mastportal.mast.solar_system import is_moving_body, target_name_question
from mastportal.mast.value_counts import count_values

PAGE_ROWS = 50_000
ATTEMPTS = 4
_OFFER_TIMEOUT_S = 30.0


class MastClient:
    """One person's or worker's use of the archive; not shared between threads.

    Every method raises the errors of `errors`; Unavailable and TimedOut have been retried before.
    """

    def __init__(
        self,
        archive: Archive,
        credential: Credential | None = None,
        heartbeat: Callable[[], None] | None = None,
    ) -> None:
        self.last_date: datetime | None = None
        self._archive = archive
        self._credential = credential
        self._heartbeat = heartbeat
        self._portal: tuple[Any, ArchiveAdapter] | None = None

    def resolve(self, name: str) -> Resolved:
        """The position of an object, by Mast.Name.Lookup.

        Raises NotFound; for a body that moves, with a `suggestion` and how many observations it finds.
        """
        asked = Asked("Mast.Name.Lookup", {"input": " ".join(name.split()), "format": "json"})
        answer = self._retried(lambda: json_object(self._ask(asked, page=1, page_rows=PAGE_ROWS)))
        place = place_in(answer, name)
        if place is None:
            raise self._unknown_name(name)
        return place

    def count(self, criteria: Criteria) -> int:
        """How many rows the question has, planned observations among them; at most, for some (`asking`)."""
        return max(0, sum(sign * self._count(asked) for sign, asked in count_requests(criteria)))

    def count_to_fetch(self, criteria: Criteria) -> int:
        """How many rows `pages` must fetch, those among them that are left out when they are here."""
        return sum(self._count(asked) for asked in rows_count_requests(criteria))

    def value_counts(
        self, criteria: Criteria, columns: Sequence[str], limit: int
    ) -> dict[str, dict[str, int]] | None:
        """How many rows have each value of each column; None where there are more than `limit` rows.

        One request brings the columns of all rows: the archive has no question for the counts alone.
        """
        known = fields_by_name(criteria.collection, criteria.instrument)
        excluded = [each.column for each in criteria.filters if each.excluded]
        wanted = tuple(known[name.casefold()] for name in dict.fromkeys((*columns, *excluded)))
        counts: dict[str, dict[str, int]] = {name: {} for name in columns}
        left = limit
        for asked in values_requests(criteria, [each.name for each in wanted]):
            page = self._page(asked, 1, limit)
            left -= int((page.get("paging") or {}).get("rowsFiltered") or 0)
            if left < 0:
                return None
            count_values(leaving_out(page_table(page, wanted), criteria.filters), counts)
        return counts

    def pages(
        self,
        criteria: Criteria,
        page_rows: int = PAGE_ROWS,
        limit: int | None = None,
        expected: int | None = None,
    ) -> Iterator[pa.Table]:
        """The rows, at most `page_rows` a table, all with the schema of `criteria.fields`.

        They are counted first, unless `expected` is `count_to_fetch` already: more than `limit` raises
        TooMany before any is fetched, fewer received than counted raises Unavailable at the end; nothing is
        ever cut silently.
        """
        expected = self.count_to_fetch(criteria) if expected is None else expected
        if limit is not None and expected > limit:
            raise _too_many(expected, limit)
        received = 0
        for asked in rows_requests(criteria):
            for table in self._tables(asked, criteria.fields, page_rows):
                received += table.num_rows
                yield leaving_out(table, criteria.filters)
        if received < expected:
            raise Unavailable(f"The archive counted {expected:,} rows but sent {received:,}; ask again.")

    def columns(self, criteria: Criteria, names: Sequence[str], limit: int) -> pa.Table:
        """These columns only of all rows: far less than `pages` brings. More than `limit` raises TooMany."""
        known = fields_by_name(criteria.collection, criteria.instrument)
        wanted = tuple(known[name.casefold()] for name in names)
        tables, received = [arrow_schema(wanted).empty_table()], 0
        for asked in values_requests(criteria, names):
            for table in self._tables(asked, wanted, PAGE_ROWS):
                tables.append(table)
                received += table.num_rows
                if received > limit:
                    raise _too_many(received, limit)
        return pa.concat_tables(tables)

    def products(self, obsid: str) -> pa.Table:
        """Every product row the archive lists for one observation (its `obsid`), repeated ones too.

        Of several, their numbers joined by commas, the rows name theirs in `parent_obsid`.
        """
        asked = Asked("Mast.Caom.Products", {"obsid": obsid})
        tables = list(self._tables(asked, PRODUCT_FIELDS, PAGE_ROWS))
        return pa.concat_tables(tables)

    def whoami(self) -> Identity:
        """Whose token this client has. A token the archive does not know is anonymous."""
        return identity_in(self._retried(self._whoami))

    def _whoami(self) -> dict[str, Any]:
        adapter = ArchiveAdapter(self._archive, self._credential, self._heartbeat)
        with mount(requests.Session(), adapter) as session:
            response = answered(
                lambda: session.get(self._archive.url("/whoami"), headers={"Accept": "application/json"})
            )
        self.last_date = adapter.last_date
        return json_object(response)

    def _count(self, asked: Asked) -> int:
        answer = self._page(asked, 1, PAGE_ROWS)
        try:
            return int(next(iter(answer["data"][0].values())))
        except (TypeError, IndexError, KeyError, AttributeError, ValueError, StopIteration):
            raise Unavailable("The archive answered without a number where a count was asked.") from None

    def _tables(self, asked: Asked, fields: tuple[Field, ...], page_rows: int) -> Iterator[pa.Table]:
        number, pages, received, total = 0, 1, 0, 0
        while number < pages:
            number += 1
            page = self._page(asked, number, page_rows)
            paging = page.get("paging") or {}
            pages, total = int(paging.get("pagesFiltered") or 1), int(paging.get("rowsFiltered") or 0)
            table = page_table(page, fields)
            received += table.num_rows
            yield table
        if received < total:
            raise Unavailable(f"The archive has {total:,} rows but sent {received:,}; ask again.")

    def _page(self, asked: Asked, page: int, page_rows: int) -> dict[str, Any]:
        return self._retried(lambda: table_page(self._ask(asked, page, page_rows)))

    def _ask(self, asked: Asked, page: int, page_rows: int) -> requests.Response:
        """One request through astroquery; after an error the next one gets a fresh instance."""
        if self._portal is None:
            adapter = ArchiveAdapter(self._archive, self._credential, self._heartbeat)
            module = importlib.import_module("mastportal.mast.portal")
            self._portal = module.Portal(self._archive, adapter), adapter
        portal, adapter = self._portal
        self._portal = None
        try:
            answer: requests.Response = answered(
                lambda: portal.ask(asked.service, asked.params, page, page_rows)
            )
        finally:
            self.last_date = adapter.last_date or self.last_date
        self._portal = portal, adapter
        return answer

    def _retried(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        archive = self._archive
        retries = stamina.retry_context(
            on=may_pass,
            attempts=ATTEMPTS,
            timeout=archive.question_timeout_s,
            wait_initial=archive.poll_s / 2,
            wait_max=archive.poll_s * 10,
            wait_jitter=archive.poll_s,
        )
        for attempt in retries:
            with attempt:
                return call()
        raise AssertionError("stamina ends with a result or an error")

    def _unknown_name(self, name: str) -> NotFound:
        if not is_moving_body(name):
            return nobody_knows(name)
        suggestion = target_name_question(name)
        return it_moves(name, suggestion, self._how_many(suggestion))

    def _how_many(self, suggestion: dict[str, object]) -> str:
        archive = replace(
            self._archive, question_timeout_s=min(_OFFER_TIMEOUT_S, self._archive.question_timeout_s)
        )
        criteria = parse_question(suggestion)
        pattern = criteria.filters[0].values[0]
        try:
            count = MastClient(archive, self._credential, self._heartbeat).count(criteria)
        except ArchiveError:
            return f"some observations may have a name like {pattern}"
        return f"{count:,} observations have a name like {pattern}"


def _too_many(count: int, limit: int) -> TooMany:
    return TooMany(
        f"{count:,} rows match and at most {limit:,} are fetched; narrow the question with a smaller radius, "
        "a mission, an instrument or a range of dates.",
        count=count,
        limit=limit,
    )
