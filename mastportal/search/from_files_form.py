"""Owns the part of Advanced Search by which observations must hold files with certain keywords. Asks nobody.

In an address its parts begin with `holding.`: `holding.instrument=niriss&holding.c.exp_type=NIS_WFSS`.
"""

from dataclasses import dataclass

from django.http import QueryDict

from mastportal.mast.fields import INSTRUMENTS

HOLDING = "holding."
INSTRUMENT = "instrument"
COLLECTIONS = frozenset({"observations", "programs", "ids"})
# What is asked most of the keywords that every instrument has; others come by address or over REST.
SHOWN = ("exp_type", "filter", "detector", "readpatt", "subarray", "tsovisit", "observtn", "category")


@dataclass(frozen=True, slots=True)
class Holding:
    """The group as it is filled in: `texts` by keyword, `others` the parts that have no place in it."""

    instrument: str
    texts: list[tuple[str, str]]
    others: list[tuple[str, str]]

    @property
    def instruments(self) -> list[tuple[str, str, bool]]:
        """Key, name, and whether it is the one chosen."""
        return [(key, name, key == self.instrument) for key, name in INSTRUMENTS.items()]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All that is asked, as an address has it; nothing where no keyword is asked for."""
        asked = [(f"c.{name}", text) for name, text in self.texts if text] + self.others
        named = [(INSTRUMENT, self.instrument), *asked] if asked else []
        return [(f"{HOLDING}{name}", value) for name, value in named]

    @property
    def is_used(self) -> bool:
        return bool(self.pairs)


def stripped(params: QueryDict) -> QueryDict:
    """What is asked of the files, as a search by keywords has it in its address."""
    inner = QueryDict(mutable=True)
    for name, values in params.lists():
        if name.startswith(HOLDING):
            inner.setlist(name.removeprefix(HOLDING), [str(value) for value in values if str(value).strip()])
    inner["collection"] = "jwst-keywords"
    return inner


def holding_of(params: QueryDict) -> Holding:
    """The group for what an address says."""
    inner = stripped(params)
    shown = {f"c.{name}" for name in SHOWN}
    return Holding(
        instrument=inner.get(INSTRUMENT, "nircam").casefold(),
        texts=[(name, "; ".join(inner.getlist(f"c.{name}"))) for name in SHOWN],
        others=[
            (name, str(value))
            for name, values in inner.lists()
            for value in values
            if name not in shown and name not in (INSTRUMENT, "collection")
        ],
    )
