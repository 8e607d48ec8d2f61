"""Reads links to searches of MAST's own Portal, as people paste them from mails and papers. Asks nobody.

Form: `…/Portal.html?searchQuery=` and either a bare target or JSON with `inputText` (a target, or a list of
filters by `paramName`) and `position`.
"""

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mastportal.mast.errors import BadQuestion

LONGEST = 20_000
_PAGE = "/Portal.html"
_UNREADABLE = (
    "This link to MAST's Portal holds no search that can be read here; ask its question in the panel."
)


def question_of_link(text: str) -> dict[str, Any] | None:
    """The body of a search that asks what the link asks; None where the text is no such link.

    Raises BadQuestion (field "target") where it is one and cannot be read.
    """
    if _PAGE not in text or "searchQuery=" not in text:
        return None
    try:
        found = parse_qs(urlsplit(text.strip()[:LONGEST]).query).get("searchQuery", [""])[0]
        return _question(_loaded(found))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadQuestion(_UNREADABLE, field="target") from None


def _loaded(text: str) -> Any:
    return json.loads(text) if text.lstrip().startswith(("{", '"')) else text


def _question(asked: Any) -> dict[str, Any]:
    if isinstance(asked, str):
        return _by_target(asked)
    if not str(asked["service"]).upper().startswith("CAOM"):
        raise ValueError(asked["service"])
    told = asked["inputText"]
    if isinstance(told, str):
        return _by_target(told)
    criteria = {str(each["paramName"]): _condition(each) for each in told}
    target = _position(str(asked.get("position", "")))
    if target is None and list(criteria) == ["proposal_id"] and isinstance(criteria["proposal_id"], list):
        return {"collection": "programs", "programs": ", ".join(criteria["proposal_id"])}
    question: dict[str, Any] = {"collection": "observations", "criteria": criteria}
    return question | ({"target": target} if target else {})


def _by_target(text: str) -> dict[str, Any]:
    if not text.strip():
        raise ValueError(text)
    return {"collection": "observations", "target": text.strip()}


def _condition(told: Mapping[str, Any]) -> list[str] | dict[str, Any]:
    values = told.get("values") or []
    if values and isinstance(values[0], Mapping):
        bounds = values[0]
        return {side: bounds[side] for side in ("min", "max") if bounds.get(side) not in (None, "")}
    texts = [str(value) for value in values]
    if free := str(told.get("freeText") or "").strip():
        texts += [part.strip().replace("%", "*") for part in free.split(";") if part.strip()]
    if not texts:
        raise ValueError(told)
    return texts


def _position(text: str) -> str | None:
    """ "283.4, 33.03, 0.1" in degrees as a target; the Portal writes undefined where there is none."""
    try:
        ra_deg, dec_deg, radius_deg = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (ra_deg, dec_deg, radius_deg))):
        return None
    return f"{ra_deg!r} {dec_deg!r} r={radius_deg!r}"
