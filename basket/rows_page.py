"""Owns what is said of a basket's rows one by one: who added it when, from where, its note, one's right."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.access import Person
from basket.models import Basket, BasketLine, BasketProduct
from basket.rights import OPENS_WORDS, Rights, rights_of

PAGE = 50
FILES, OBSERVATIONS = "files", "observations"


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a basket as one person sees it; `opens` is empty where it needs no token."""

    line: BasketLine | BasketProduct
    opens: str

    @property
    def is_file(self) -> bool:
        return isinstance(self.line, BasketProduct)

    @property
    def key(self) -> str:
        """The obsid, or the file's dataURI."""
        return self.line.data_uri if isinstance(self.line, BasketProduct) else self.line.obsid

    @property
    def name(self) -> str:
        row = self.line.row
        return str(row.get("productFilename") if self.is_file else row.get("obs_id") or self.key)

    @property
    def facts(self) -> str:
        """`JWST 1176 · VV191 · NIRCAM/IMAGE F150W`."""
        row = self.line.row
        mission = (row.get("obs_collection"), row.get("proposal_id"))
        taken = (row.get("instrument_name"), row.get("filters"))
        parts = (mission, (row.get("target_name"),), taken)
        return " · ".join(filter(None, (" ".join(str(w) for w in part if w) for part in parts)))

    @property
    def is_planned(self) -> bool:
        return isinstance(self.line, BasketLine) and self.line.is_planned

    @property
    def opens_words(self) -> str:
        return next((words for opens, words in OPENS_WORDS.items() if opens == self.opens), "")

    def as_json(self) -> dict[str, Any]:
        line = self.line
        return {
            "dataURI" if self.is_file else "obsid": self.key,
            "name": self.name,
            "added_by": _name(line.added_by),
            "added_at": line.added_at,
            "question": line.question,
            "note": line.note,
            "note_by": _name(line.note_by),
            "note_revision": line.note_revision,
            "opens": self.opens or ("planned" if self.is_planned else "public"),
        }


def rows_of(basket: Basket, kind: str, *, only_noted: bool = False) -> QuerySet[Any]:
    rows: QuerySet[Any] = basket.products.all() if kind == FILES else basket.lines.all()
    rows = rows.select_related("added_by", "note_by").order_by("-pk")
    return rows.exclude(note="") if only_noted else rows


def page_of(
    basket: Basket, user: Person, kind: str, number: str, size: int = PAGE, *, only_noted: bool = False
) -> tuple[Page[Any], list[RowView]]:
    """A page of rows, the newest first; a number that is none, or too large, is taken for the nearest."""
    page = Paginator(rows_of(basket, kind, only_noted=only_noted), size).get_page(number)
    rows = list(page.object_list)
    return page, [*_views(rows, rights_of([row.row for row in rows], user))]


def rows_page(basket: Basket, user: Person, params: dict[str, str]) -> dict[str, Any]:
    kind = FILES if params.get("kind") == FILES else OBSERVATIONS
    only_noted = params.get("noted") == "1"
    page, rows = page_of(basket, user, kind, params.get("page", "1"), only_noted=only_noted)
    return {"rows": rows, "page": page, "kind": kind, "only_noted": only_noted}


def _views(rows: list[Any], rights: Rights) -> Iterator[RowView]:
    for row in rows:
        opens = rights.on(row.row)
        yield RowView(row, opens.value if opens else "")


def _name(person: Any) -> str | None:
    return person.get_username() if person else None
