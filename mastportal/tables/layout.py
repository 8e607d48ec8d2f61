"""How a person likes a kind of table: columns, widths, order; no Django, no archive client."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from mastportal.tables.grammar import TableQuery

NARROWEST_PX = 40
WIDEST_PX = 1200


@dataclass(frozen=True, slots=True)
class Layout:
    """What is used where an address says nothing: `columns` in their order, `widths` in CSS pixels, `sort`.

    Empty parts leave a table as it usually is.
    """

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[str, ...] = ()

    def among(self, known: Container[str]) -> Self:
        """What of it a table with these columns can follow: remembered columns may have gone."""
        return replace(
            self,
            columns=tuple(name for name in self.columns if name in known),
            widths={name: width for name, width in self.widths.items() if name in known},
            sort=tuple(key for key in self.sort if key.removeprefix("-") in known),
        )

    def followed_by(self, query: TableQuery, said: Container[str]) -> TableQuery:
        """The query in this layout's order, unless the address said one (`sort=` says the archive's)."""
        return query if "sort" in said or not self.sort else replace(query, sort=self.sort)


USUAL = Layout()
