"""Owns what the album says under each row's picture. Fetches no picture, asks nobody."""

from dataclasses import dataclass

from django.urls import reverse

from mastportal.search.models import ResultSet
from mastportal.search.preview_rows import COLUMNS as PICTURES
from mastportal.search.preview_rows import picture_of
from mastportal.search.rowstates import PLANNED_LEVEL
from mastportal.tables.rowview import RowView
from mastportal.tables.view import TableView

_TARGETS = ("target_name", "targprop", "targname")
_INSTRUMENTS = ("instrument_name", "exp_type")
_FILTERS = ("filters", "filter", "grating")
_TITLES = ("obs_id", "filename")
COLUMNS = (*PICTURES, *_TARGETS, *_INSTRUMENTS, *_FILTERS, *_TITLES)
SHOWN_MOST = 120


@dataclass(frozen=True, slots=True)
class Card:
    """One row of the album: `preview_url` is empty where it has no picture, and `none` says why."""

    row: RowView
    title: str
    target: str
    words: str
    preview_url: str
    none: str


def cards_of(view: TableView, result: ResultSet) -> list[Card]:
    """A card for each row of the page; the view's rows have the values of COLUMNS."""
    return [_card(row, result) for row in view.rows]


def _card(row: RowView, result: ResultSet) -> Card:
    planned = row.values.get("calib_level") == PLANNED_LEVEL
    has_picture = bool(picture_of(row.values))
    return Card(
        row=row,
        title=_first(row, _TITLES) or row.key,
        target=_first(row, _TARGETS) or "no target name",
        words=" · ".join(filter(None, (_first(row, _INSTRUMENTS), _first(row, _FILTERS)))),
        preview_url=reverse("preview", args=[result.pk, row.number]) if has_picture else "",
        none="Planned" if planned else "No preview",
    )


def _first(row: RowView, names: tuple[str, ...]) -> str:
    text = next((str(value) for name in names if (value := row.values.get(name))), "")
    return text if len(text) <= SHOWN_MOST else f"{text[:SHOWN_MOST]}…"
