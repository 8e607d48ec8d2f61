"""The parts of one question, as its reading, its asking and its wording share them."""

from dataclasses import dataclass

from mastportal.mast.column_filters import ColumnFilter
from mastportal.mast.target import Target


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for; which parts are there depends on the collection (`criteria` makes them)."""

    collection: str
    instrument: str | None = None
    target: Target | None = None
    programs: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    filters: tuple[ColumnFilter, ...] = ()

    def filter_of(self, column: str) -> ColumnFilter | None:
        return next((each for each in self.filters if each.column == column), None)
