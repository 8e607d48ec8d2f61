"""Owns how the panel's address says a question: from addresses to questions and back. Asks nobody."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.http import QueryDict

from mastportal.mast.target_files import line_of, read_targets
from mastportal.search.from_files_form import COLLECTIONS as HOLDING_COLLECTIONS
from mastportal.search.from_files_form import HOLDING, holding_of, stripped

PARTS = {
    "observations": "target",
    "programs": "programs",
    "jwst-keywords": "instrument",
    "ids": "ids",
    "targets": "targets",
}
SEPARATOR = ";"
# What an address says of a column: values, bounds, values to leave out, and that all values are such.
CONDITIONS = frozenset({"c", "min", "max", "x", "not"})


def question_of(params: QueryDict) -> dict[str, Any]:
    """The body of a search as the REST interface takes it, from the panel's fields."""
    collection = params.get("collection") or "observations"
    part = PARTS.get(collection, "target")
    question: dict[str, Any] = {"collection": collection, part: params.get(part, "")}
    if collection == "targets":
        question |= _targets_of(params)
    parts = [name.partition(".") for name in params]
    columns = dict.fromkeys(column for operator, dot, column in parts if dot and operator in CONDITIONS)
    told = {column: condition for column in columns if (condition := _condition(params, column))}
    return question | ({"criteria": told} if told else {}) | _holding(params, collection)


def _holding(params: QueryDict, collection: str) -> dict[str, Any]:
    """The keywords that files of the observations must have."""
    if collection not in HOLDING_COLLECTIONS or not holding_of(params).is_used:
        return {}
    asked = question_of(stripped(params))
    return {"keywords": {name: asked[name] for name in asked if name != "collection"}}


def _targets_of(params: QueryDict) -> dict[str, Any]:
    """A list of targets as it was pasted. Raises BadQuestion where it cannot be one."""
    text, radius = params.get("targets", ""), params.get("radius", "").strip()
    targets = read_targets(text) if text.strip() else []
    return {"targets": targets} | ({"radius_deg": radius} if radius else {})


def _condition(params: QueryDict, column: str) -> object:
    """What is asked of one column, None where nothing is."""
    values, excluded = (values_of(params.getlist(f"{operator}.{column}")) for operator in ("c", "x"))
    bounds = {side: bound for side in ("min", "max") if (bound := params.get(f"{side}.{column}", "").strip())}
    if values and params.get(f"not.{column}"):
        values, excluded = [], list(dict.fromkeys(values + excluded))
    if not excluded:
        return values or bounds or None
    return ({"values": values} if values else bounds) | {"not": excluded}


def values_of(texts: Sequence[str]) -> list[str]:
    """Each value once, of texts that may hold several."""
    parts = (part.strip() for text in texts for part in text.split(SEPARATOR))
    return list(dict.fromkeys(part for part in parts if part))


def params_of(question: Mapping[str, Any]) -> str:
    """The panel's query string for a question in its canonical form: the way back of `question_of`."""
    collection = str(question["collection"])
    part = question.get(PARTS[collection], "")
    pairs = [("collection", collection), (PARTS[collection], _joined(part))]
    if collection == "targets":
        pairs = [("collection", collection), ("targets", "\n".join(map(line_of, part)))]
        if (radius_deg := question.get("radius_deg")) is not None:
            pairs.append(("radius", str(radius_deg)))
    for column, condition in dict(question.get("criteria") or {}).items():
        pairs += _pairs(column, condition if isinstance(condition, Mapping) else {"values": condition})
    if keywords := question.get("keywords"):
        inner = parse_qsl(params_of({"collection": "jwst-keywords"} | keywords))
        pairs += [(f"{HOLDING}{name}", value) for name, value in inner if name != "collection"]
    return urlencode(pairs, quote_via=quote, safe="*,:")


def _pairs(column: str, condition: Mapping[str, Any]) -> list[tuple[str, str]]:
    values = condition.get("values") or condition.get("exact") or []
    pairs = [(f"c.{column}", str(value)) for value in values]
    pairs += [(f"{side}.{column}", str(condition[side])) for side in ("min", "max") if side in condition]
    unwanted = [str(value) for value in condition.get("not", [])]
    if unwanted and not pairs:
        return [*((f"c.{column}", value) for value in unwanted), (f"not.{column}", "1")]
    return pairs + [(f"x.{column}", value) for value in unwanted]


def _joined(part: object) -> str:
    return ", ".join(map(str, part)) if isinstance(part, list) else str(part)
