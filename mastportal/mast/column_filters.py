"""Reads the criteria of a question, `{column: [values] | {"min", "max"}}`, against what the columns are.

A column may also leave values out, `{"not": [values]}`, alone or beside `values`, `min` and `max`.
"""

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import Field
from mastportal.mast.identifiers import program_number

MAX_VALUES = 1_000
LONGEST_VALUE = 300
LEVELS = range(-1, 5)
_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_TRUTH = {"true": "true", "t": "true", "yes": "true", "1": "true"}
_TRUTH |= {"false": "false", "f": "false", "no": "false", "0": "false"}


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """One column's condition: any of `values` ("*" in one of them is a wildcard), or bounds, both inclusive.

    Rows with any of `excluded` are left out; rows without a value never are. `exact` keeps an instrument's
    plain name from standing for all its modes.
    """

    column: str
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    exact: bool = False
    excluded: tuple[str, ...] = ()

    @property
    def is_range(self) -> bool:
        return self.minimum is not None or self.maximum is not None

    @property
    def is_asked(self) -> bool:
        """Whether the archive can answer a part of it: what to leave out it cannot be told."""
        return bool(self.values) or self.is_range

    def as_wanted(self) -> "ColumnFilter":
        """The condition for what this one leaves out."""
        return ColumnFilter(self.column, self.excluded)

    @property
    def wildcard(self) -> str | None:
        return next((value for value in self.values if is_pattern(value)), None)

    def as_json(self) -> object:
        if not self.excluded and not self.exact and not self.is_range:
            return list(self.values)
        named = {"exact" if self.exact else "values": list(self.values)} if self.values else {}
        bounds = {"min": self.minimum, "max": self.maximum}
        told: dict[str, object] = named | {side: bound for side, bound in bounds.items() if bound is not None}
        return told | ({"not": list(self.excluded)} if self.excluded else {})


def is_pattern(value: str) -> bool:
    return "*" in value or "%" in value


def parse_filters(given: object, fields: Mapping[str, Field]) -> tuple[ColumnFilter, ...]:
    """The conditions, by column name. Raises BadQuestion (field "criteria.COLUMN")."""
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise BadQuestion("The criteria must be an object of columns and their values.", field="criteria")
    found = [_parse_one(str(name), condition, fields) for name, condition in given.items()]
    columns = [each.column for each in found]
    for column in columns:
        if columns.count(column) > 1:
            raise _bad(column, f"The column {column} is given twice; put its values together.")
    return tuple(sorted(found, key=lambda each: each.column))


def _bad(column: str, sentence: str) -> BadQuestion:
    return BadQuestion(sentence, field=f"criteria.{column}")


def _parse_one(name: str, condition: object, fields: Mapping[str, Field]) -> ColumnFilter:
    column = fields.get(name.strip().casefold())
    if column is None:
        raise _bad(name, _unknown_column(name, fields))
    if column.kind == "none":
        twin = fields.get(f"{column.name}_mjd".casefold())
        instead = f"; ask for {twin.name} instead" if twin else ""
        raise _bad(column.name, f"The archive cannot search by {column.name}{instead}.")
    if isinstance(condition, Mapping) and "not" in condition:
        return _parse_excluding(column, condition)
    if isinstance(condition, Mapping) and set(condition) == {"values"}:
        condition = condition["values"]
    if isinstance(condition, Mapping) and "exact" in condition:
        if column.name != "instrument_name" or len(condition) > 1:
            raise _bad(column.name, "Only instrument_name takes “exact”, and nothing beside it.")
        return ColumnFilter(column.name, _values(column, condition["exact"]), exact=True)
    if isinstance(condition, Mapping):
        return _parse_range(column, condition)
    if column.type == "float":
        return _single_number(column, condition)
    return ColumnFilter(column.name, _values(column, condition))


def _parse_excluding(column: Field, condition: Mapping[object, object]) -> ColumnFilter:
    """What is to be left out, beside the rest of the condition where there is any."""
    if column.type == "float":
        raise _bad(column.name, f"{column.label} takes a range; single numbers of it cannot be left out.")
    excluded = _values(column, condition["not"])
    rest = {part: given for part, given in condition.items() if part != "not" and given not in (None, "", [])}
    if not rest:
        return ColumnFilter(column.name, excluded=excluded)
    return replace(_parse_one(column.name, rest, {column.name.casefold(): column}), excluded=excluded)


def _unknown_column(name: str, fields: Mapping[str, Field]) -> str:
    askable = {key: each.name for key, each in fields.items() if each.kind != "none"}
    near = [askable[key] for key in difflib.get_close_matches(name.casefold(), askable, n=3, cutoff=0.5)]
    hint = f"the nearest are {', '.join(near)}" if near else "see the list of columns"
    return f"There is no column “{name[:60]}” here; {hint}."


def _parse_range(column: Field, condition: Mapping[object, object]) -> ColumnFilter:
    if extra := set(condition) - {"min", "max"}:
        raise _bad(column.name, f"A range has min and max only, not {', '.join(sorted(map(str, extra)))}.")
    if column.type not in ("float", "int"):
        raise _bad(column.name, f"{column.label} takes a list of values, not a range.")
    minimum, maximum = (_bound(column, condition.get(side)) for side in ("min", "max"))
    if minimum is None and maximum is None:
        raise _bad(column.name, f"Give a smallest or a largest value of {column.name}.")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise _bad(
            column.name, f"The range of {column.name} is upside down: {minimum:g} is above {maximum:g}."
        )
    if column.kind == "range":
        return ColumnFilter(column.name, minimum=minimum, maximum=maximum)
    return _levels_within(column, minimum, maximum)


def _levels_within(column: Field, minimum: float | None, maximum: float | None) -> ColumnFilter:
    """MAST compares calibration levels as single values, so a range of them is written out."""
    if column.name != "calib_level":
        raise _bad(column.name, f"{column.label} takes a list of values, not a range.")
    low = LEVELS[0] if minimum is None else minimum
    high = LEVELS[-1] if maximum is None else maximum
    values = tuple(str(level) for level in LEVELS if low <= level <= high)
    if not values:
        raise _bad(column.name, "Calibration levels run from -1 (planned) to 4 (contributed).")
    return ColumnFilter(column.name, values)


def _bound(column: Field, given: object) -> float | None:
    return None if given is None or given == "" else _number(column, given)


def _single_number(column: Field, condition: object) -> ColumnFilter:
    values = condition if isinstance(condition, list | tuple) else [condition]
    if len(values) != 1:
        raise _bad(column.name, f"{column.label} takes a range: give min and max.")
    number = _number(column, values[0])
    return ColumnFilter(column.name, minimum=number, maximum=number)


def _number(column: Field, given: object) -> float:
    """A finite number; for times also an ISO date, which is turned into MJD (UTC)."""
    text = str(given).strip()
    try:
        if column.unit == "MJD" and re.match(r"^\d{4}-\d", text):
            return (_utc(text) - _MJD_EPOCH).total_seconds() / 86400
        number = float(text) if not isinstance(given, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        wanted = "a date or an MJD" if column.unit == "MJD" else "a number"
        raise _bad(column.name, f"“{text[:40]}” is not {wanted}, and {column.name} needs one.")
    return number + 0.0  # one zero, not two


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _values(column: Field, condition: object) -> tuple[str, ...]:
    given = condition if isinstance(condition, list | tuple) else [condition]
    texts = [text for each in given if (text := _value(column, each))]
    if not texts:
        raise _bad(column.name, f"Give at least one value of {column.name}, or leave the column out.")
    if len(texts) > MAX_VALUES:
        raise _bad(column.name, f"At most {MAX_VALUES:,} values of {column.name} can be asked for at once.")
    if sum(map(is_pattern, texts)) > 1:
        raise _bad(column.name, f"The archive takes one value with * in a column; {column.name} has several.")
    unique = {text.casefold(): text for text in texts}
    return tuple(unique[key] for key in sorted(unique))


def _value(column: Field, given: object) -> str:
    if given is None or isinstance(given, list | tuple | dict):
        raise _bad(column.name, f"A value of {column.name} must be a text or a number.")
    text = " ".join(str(given).split())
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise _bad(
            column.name, f"A value of {column.name} is one line of at most {LONGEST_VALUE} characters."
        )
    return _typed(column, text) if text else ""


def _typed(column: Field, text: str) -> str:
    """The value in the archive's spelling where we know it."""
    if column.choices == ("t", "f"):
        text = _TRUTH.get(text.casefold(), text)[:1]
    if column.type == "bool" or column.choices == ("t", "f"):
        if text.casefold() not in _TRUTH:
            raise _bad(column.name, f"{column.name} is true or false; “{text[:40]}” is neither.")
        return text if column.type != "bool" else _TRUTH[text.casefold()]
    if column.name in ("proposal_id", "program") and not is_pattern(text):
        text = program_number(text) or text
    if column.type == "int":
        return _whole_number(column, text)
    return {choice.casefold(): choice for choice in column.choices}.get(text.casefold(), text)


def _whole_number(column: Field, text: str) -> str:
    if not re.match(r"^[+-]?\d{1,15}(\.0*)?$", text):
        raise _bad(column.name, f"“{text[:40]}” is not a whole number, and {column.name} needs one.")
    return str(int(text.split(".")[0]))
