"""Owns the search panel's form as an address fills it in, with its fields in groups. Asks nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from django.http import QueryDict

from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import INSTRUMENTS, Field, fields_of
from mastportal.search.form_address import CONDITIONS, SEPARATOR, values_of
from mastportal.search.from_files_form import COLLECTIONS as HOLDING_COLLECTIONS
from mastportal.search.from_files_form import Holding, holding_of

LABELS = {
    "observations": "MAST Observations by Object Name or RA/Dec",
    "programs": "MAST Observations by Proposal ID",
    "jwst-keywords": "JWST Instrument Keywords",
    "ids": "A list of observation ids or file names",
    "targets": "A list of targets, by name or position",
}
MOST_USED = "Most used"
ASKED_FIRST = """exp_type filter program observtn pupil grating channel band tsovisit category targprop
    detector effexptm date_obs_mjd productLevel subarray readpatt filename"""

Counts = Mapping[str, Sequence[tuple[str, int]]]
FLAGS = {"t": "t, yes", "f": "f, no"}
USUAL_RADIUS = "1m"  # offered for lists: the default of a single target is far too large for a thousand
NUMBERS_THAT_NAME = frozenset({"program", "observtn", "visit", "exposure", "cont_id"})
LEVELS = {
    "-1": "-1 planned",
    "0": "0 raw",
    "1": "1 uncalibrated",
    "2": "2 calibrated",
    "3": "3 combined",
    "4": "4 contributed",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen."""

    value: str
    label: str
    chosen: bool
    count: int | None = None  # of the question's rows, where that was asked for


@dataclass(frozen=True, slots=True)
class Criterion:
    """One field of Advanced Search: choices to tick, a range, or a text; with what was asked of it."""

    field: Field
    options: list[Option]
    text: str
    low: str
    high: str
    error: str = ""
    negated: bool = False  # what is chosen is left out
    excluded: str = ""  # left out besides

    @property
    def is_range(self) -> bool:
        """Numbers that name something, as a programme's id does, are written one by one."""
        return self.field.kind == "range" and self.field.name not in NUMBERS_THAT_NAME

    @property
    def is_open(self) -> bool:
        """Whether other texts than the choices may be asked for."""
        return self.field.type == "string" and set(self.field.choices) != set(FLAGS)

    @property
    def can_be_negated(self) -> bool:
        """Of a flag the other value is as easily chosen; a single number of a range means little."""
        return not self.is_range and self.field.type != "bool" and set(self.field.choices) != set(FLAGS)

    @property
    def is_used(self) -> bool:
        chosen = any(option.chosen for option in self.options)
        return bool(self.text or self.low or self.high or self.excluded or chosen)

    @property
    def label(self) -> str:
        return self.field.label.removesuffix(f" ({self.field.unit})")

    @property
    def hint(self) -> str:
        if self.field.unit == "MJD":
            return "MJD or date"
        return self.field.unit


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    name: str
    criteria: list[Criterion]

    @property
    def is_used(self) -> bool:
        return any(each.is_used or each.error for each in self.criteria)


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The panel as it is filled in; `error` is one sentence and `error_field` the part it is about.

    `carried` are the criteria of a panel that does not show them: they are asked all the same.
    """

    collection: str
    collections: list[Option]
    instruments: list[Option]
    target: str
    programs: str
    ids: str
    targets: str
    radius: str
    advanced: bool
    groups: list[Group] = field(default_factory=list)
    carried: list[tuple[str, str]] = field(default_factory=list)
    holding: Holding | None = None
    error: str = ""
    error_field: str = ""

    @property
    def takes_holding(self) -> bool:
        return self.collection in HOLDING_COLLECTIONS

    @property
    def is_about_keywords(self) -> bool:
        return self.collection == "jwst-keywords"

    @property
    def is_long(self) -> bool:
        """Whether the question may be longer than the few thousand bytes a web server takes as an address."""
        return self.advanced or bool(self.carried) or self.collection in {"ids", "targets"}


def form_of(
    params: QueryDict,
    error: BadQuestion | None = None,
    *,
    brief: bool = False,
    counts: Counts = MappingProxyType({}),
) -> SearchForm:
    """The panel for what an address says, of the first collection by default; a brief one hides criteria.

    `counts` are how many rows have which value of a column.
    """
    collection = params.get("collection", "")
    collection = collection if collection in LABELS else "observations"
    instrument = params.get("instrument", "").casefold()
    instrument = instrument if instrument in INSTRUMENTS else "nircam"
    fault = error.field if error else ""
    criteria = [
        (name, value)
        for name, values in params.lists()
        for value in values
        if name.partition(".")[0] in CONDITIONS and "." in name
    ]
    holding = holding_of(params)
    asks_more = bool(criteria) or holding.is_used or fault.startswith("criteria")
    advanced = not brief and ("advanced" in params or asks_more)
    return SearchForm(
        collection=collection,
        collections=[Option(name, LABELS[name], name == collection) for name in LABELS],
        instruments=[Option(name, label, name == instrument) for name, label in INSTRUMENTS.items()],
        target=params.get("target", ""),
        programs=params.get("programs", ""),
        ids=params.get("ids", ""),
        targets=params.get("targets", ""),
        radius=params.get("radius", USUAL_RADIUS if "targets" not in params else ""),
        advanced=advanced,
        groups=_groups(params, collection, instrument, error, counts) if advanced else [],
        carried=[] if advanced else [*criteria, *holding.pairs],
        holding=holding,
        error=str(error) if error else "",
        error_field=fault if not fault.startswith("criteria.") else fault.removeprefix("criteria."),
    )


def _groups(
    params: QueryDict, collection: str, instrument: str, error: BadQuestion | None, counts: Counts
) -> list[Group]:
    by_group: dict[str, list[Criterion]] = {}
    fields = fields_of(collection, instrument)
    if collection == "jwst-keywords":
        rank = {name: place for place, name in enumerate(ASKED_FIRST.split())}
        fields = tuple(sorted(fields, key=lambda each: (not each.visible, rank.get(each.name, len(rank)))))
    for each in fields:
        if each.kind != "none":
            # An instrument has some two hundred keywords: what people ask for comes first.
            is_used_most = collection == "jwst-keywords" and each.visible
            name = MOST_USED if is_used_most else each.group
            by_group.setdefault(name, []).append(
                _criterion(each, params, error, dict(counts.get(each.name, ())))
            )
    return [Group(name, criteria) for name, criteria in by_group.items()]


def _label(asked: Field, choice: str) -> str:
    if asked.name == "calib_level":
        return LEVELS.get(choice, choice)
    return FLAGS[choice] if set(asked.choices) == set(FLAGS) else choice


def _criterion(
    asked: Field, params: QueryDict, error: BadQuestion | None, counts: Mapping[str, int]
) -> Criterion:
    values = values_of(params.getlist(f"c.{asked.name}"))
    known = {choice.casefold() for choice in asked.choices}
    chosen = {value.casefold() for value in values}
    is_at_fault = error is not None and error.field == f"criteria.{asked.name}"
    return Criterion(
        field=asked,
        options=[
            Option(choice, _label(asked, choice), choice.casefold() in chosen, counts.get(choice))
            for choice in asked.choices
        ],
        text=f"{SEPARATOR} ".join(value for value in values if value.casefold() not in known),
        low=params.get(f"min.{asked.name}", ""),
        high=params.get(f"max.{asked.name}", ""),
        error=str(error) if is_at_fault else "",
        negated=bool(params.get(f"not.{asked.name}")),
        excluded=f"{SEPARATOR} ".join(values_of(params.getlist(f"x.{asked.name}"))),
    )
