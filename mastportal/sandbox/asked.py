"""A Mashup question read: service, parameters, format, page and columns. Knows no rows and no answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .filters import BadFilter

DEFAULT_PAGE_ROWS = 50_000


@dataclass
class Asked:
    """A question read; `columns` are names asked for, empty for all."""

    service: str
    params: Mapping[str, object]
    format: str
    page: int
    page_rows: int
    columns: list[str]

    @property
    def is_count(self) -> bool:
        return len(self.columns) == 1 and self.columns[0].upper() in ("COUNT_BIG(*)", "BIG_COUNTS(*)")

    @property
    def part(self) -> slice:
        """This page's place among all rows."""
        start = (self.page - 1) * self.page_rows
        return slice(start, start + self.page_rows)


def read_question(question: Mapping[str, object]) -> Asked:
    if "service" not in question:
        raise BadFilter("The request names no service.")
    params = question.get("params") or {}
    if not isinstance(params, dict):
        raise BadFilter("params must be an object")
    columns = params.get("columns") or "*"
    names = columns if isinstance(columns, list) else str(columns).split(",")
    return Asked(
        service=str(question["service"]).strip().lower(),
        params=params,
        format=str(question.get("format", "json")).lower(),
        page=_positive(question.get("page"), 1, "page"),
        page_rows=_positive(question.get("pagesize"), DEFAULT_PAGE_ROWS, "pagesize"),
        columns=[name for name in (str(each).strip() for each in names) if name and name not in ("*", "c.*")],
    )


def _positive(given: object, default: int, name: str) -> int:
    try:
        number = default if given is None else int(str(given))
    except ValueError:
        number = 0
    if number < 1:
        raise BadFilter(f"{name} must be a whole number from 1")
    return number


def chosen_columns(asked: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """Names in the order asked for, spelled as the table spells them; all where none is asked."""
    spelled = {name.lower(): name for name in known}
    names = list(dict.fromkeys(asked)) or list(known)
    for name in names:
        if name.removeprefix("c.").lower() not in spelled:
            raise BadFilter(f"Invalid column name '{name}'.")
    return list(dict.fromkeys(spelled[name.removeprefix("c.").lower()] for name in names))
