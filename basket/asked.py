"""Owns the words for what a bundle or a script was asked for: its basket, the searches, what is selected."""

from collections import Counter

from basket.contents import Contents
from basket.models import Basket, Bundle
from basket.phases import Preset
from basket.pipeline.levels import STARTS_FROM
from basket.selection import Selection
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from mastportal.tables.links import chips

MOST_QUESTIONS = 20


def filters_in_words(products: OpenTable | None, filters: str) -> str:
    """A selection's filters as a person reads them; as they are where they no longer fit the files."""
    if products is None:
        return filters
    try:
        query = TableQuery.parse(filters, products.schema)
    except BadQuery:
        return filters
    return "; ".join(f"{chip.label} {chip.text}" for chip in chips(query, products.columns, ""))


def selection_in_words(selection: Selection, products: OpenTable | None) -> str:
    """`Minimum recommended; only Suffix: cal; 2 files chosen singly`. `products` are None while unknown."""
    filters = filters_in_words(products, selection.filters)
    parts = [
        str(Preset(selection.preset).label),
        f"only {filters}" if filters else "",
        f"{_files(len(selection.include))} chosen singly" if selection.include else "",
        f"{_files(len(selection.exclude))} left out singly" if selection.exclude else "",
    ]
    return "; ".join(filter(None, parts))


def basket_in_words(
    basket: Basket, contents: Contents, selection: Selection, products: OpenTable | None
) -> str:
    """What was asked of a basket, a line each: what is in it, what is selected, the searches it came from."""
    inside = [f"{len(contents.lines):,} observation{'' if len(contents.lines) == 1 else 's'}"]
    if contents.singles:
        inside.append(f"{_files(len(contents.singles))} added singly")
    lines = [
        f"Basket “{basket.name}”: {' and '.join(inside)}.",
        f"Selected: {selection_in_words(selection, products)}.",
    ]
    return "\n".join([*lines, *_searches(basket)])


def pipeline_in_words(basket: Basket, stage: int) -> str:
    """What was asked of a basket whose observations are to be run through the pipeline again."""
    told = (
        f"Basket “{basket.name}”: what the JWST pipeline needs from stage {stage} on ({STARTS_FROM[stage]})."
    )
    return "\n".join([told, *_searches(basket)])


def observation_in_words(name: str, question: str) -> str:
    """What was asked for by a direct download."""
    lines = [f"The recommended products of observation {name}.", f"From the search: {question}"]
    return "\n".join(lines if question else lines[:1])


def again_in_words(old: Bundle, *, only_failed: bool = False) -> str:
    """What the old bundle was asked for, and that it, or what failed of it, is made once more."""
    whole = f"the bundle {old.folder} of {old.created_at:%Y-%m-%d %H:%M} UTC."
    once_more = f"Only what is not in {whole}" if only_failed else f"Made again from {whole}"
    return f"{old.asked}\n{once_more}".lstrip()


def _searches(basket: Basket) -> list[str]:
    """The questions of the searches that its rows came from, where they are known; frequent ones first."""
    told: Counter[str] = Counter()
    for rows in (basket.lines, basket.products):
        told.update(rows.exclude(question="").values_list("question", flat=True))
    found = [f"From the search: {question}" for question, _ in told.most_common(MOST_QUESTIONS)]
    left = len(told) - len(found)
    return [*found, f"And {left} more searches."] if left > 0 else found


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"
