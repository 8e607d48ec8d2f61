"""Owns what the page says of the files that were made anew since a bundle, from what version to what."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from basket import changes
from basket.models import Bundle
from mastportal.files.versions import Change, Difference
from mastportal.tables.columns import BadQuery

SHOWN = 200
FACTS = {"cal_ver": "CAL_VER", "crds_ctx": "CRDS_CTX", "date": "DATE"}
WORDS = {Change.REPROCESSED: "reprocessed", Change.NEW: "new", Change.GONE: "no longer there"}
BEFORE, STORE, ARCHIVE = "before", "store", "archive"
AGAINST = {
    BEFORE: "since the bundle that this one repeats",
    STORE: "as far as the portal knows",
    ARCHIVE: "as MAST says now",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """One file that is not as it was; `facts` in the order of FACTS, None for what stayed."""

    name: str
    uri: str
    words: str
    is_fetched: bool
    facts: list[tuple[Any, Any] | None]


def against_of(bundle: Bundle, params: Mapping[str, str]) -> str:
    """What a bundle is compared with, as the address says or as is usual."""
    told = params.get("against", "")
    known = told in AGAINST and (told != BEFORE or bundle.again_of_id is not None)
    return told if known else BEFORE if bundle.again_of_id is not None else STORE


def changes_page(bundle: Bundle, against: str, user: User) -> dict[str, Any]:
    """What changed, the first of it; asks the archive only where it is to be compared with that.

    Raises BadQuery, and the archive's errors.
    """
    found = _compared(bundle, against, user)
    other = [each for each in found if each.change != Change.SAME]
    counts = Counter(each.change for each in other)
    return {
        "bundle": bundle,
        "against": against,
        "against_words": AGAINST[against],
        "ways": [name for name in AGAINST if name != BEFORE or bundle.again_of_id is not None],
        "changed": [_changed(each) for each in other[:SHOWN]],
        "changed_counts": [(words, counts[change]) for change, words in WORDS.items() if counts[change]],
        "changed_more": max(0, len(other) - SHOWN),
        "compared": len(found),
        "facts": list(FACTS.values()),
    }


def _compared(bundle: Bundle, against: str, user: User) -> list[Difference]:
    match against:
        case "before":
            return changes.since_before(bundle) or []
        case "archive":
            return changes.until_asked(bundle, user)
        case "store":
            return changes.until_now(bundle)
    raise BadQuery("A bundle is compared against before, store or archive.", "against")


def _changed(each: Difference) -> Changed:
    return Changed(
        each.uri.rsplit("/", 1)[-1],
        each.uri,
        WORDS[each.change],
        bool(each.changed) or each.change != Change.REPROCESSED,
        [each.changed.get(name) for name in FACTS],
    )
