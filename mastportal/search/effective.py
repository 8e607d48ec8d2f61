"""Owns what exactly was asked: the question, its defaults, the services, what was counted. Asks nobody."""

import json
from dataclasses import dataclass

from django.conf import settings

from mastportal.mast.asking import rows_requests
from mastportal.mast.criteria import Criteria
from mastportal.mast.defaults import defaults_in_words
from mastportal.mast.target import DEFAULT_RADIUS_DEG
from mastportal.search.asking import Asking, read
from mastportal.search.models import ResultSet, Search

RESOLVER = "Mast.Name.Lookup"


@dataclass(frozen=True, slots=True)
class Effective:
    """A question as it was put to the archive; `body` is what POST /api/v1/searches takes."""

    words: str
    body: str
    defaults: list[tuple[str, str]]
    services: list[str]
    archive: str
    address: str


@dataclass(frozen=True, slots=True)
class _Anywhere:
    """A position to see by which services a named target is asked for; its name is resolved elsewhere."""

    ra_deg: float = 0.0
    dec_deg: float = 0.0
    radius_deg: float | None = DEFAULT_RADIUS_DEG


def effective(search: Search, result: ResultSet | None) -> Effective:
    """All that decided which rows a search has, what was left to defaults included."""
    asking = read(search.criteria)
    limit = (
        "Rows",
        f"all of them; a question with more than {settings.ROW_LIMIT:,} is refused, never cut off",
    )
    defaults = defaults_in_words(asking) if isinstance(asking, Criteria) else []
    defaults = [_with_radius_in_use(each, result) for each in defaults]
    return Effective(
        words=search.words,
        body=json.dumps(search.criteria, indent=2, ensure_ascii=False),
        defaults=[*defaults, limit],
        services=services_of(asking),
        archive=settings.ARCHIVE_NAME,
        address=settings.ARCHIVE_URL,
    )


def _with_radius_in_use(default: tuple[str, str], result: ResultSet | None) -> tuple[str, str]:
    used = (result.understood or {}).get("radius_deg") if result else None
    name, words = default
    return (name, f"{words}; here {used:g}°") if name == "Radius" and used is not None else default


def services_of(asking: Asking) -> list[str]:
    """The archive's services in the order they are asked, with how often where it is more than once.

    Questions that are answered by several others name theirs themselves, if they do.
    """
    if not isinstance(asking, Criteria):
        return list(getattr(asking, "services", ()))
    resolving = [RESOLVER] if asking.name_to_resolve else []
    located = asking.located(_Anywhere()) if asking.name_to_resolve else asking
    requests = [request.service for request in rows_requests(located)]
    return resolving + [
        name if (times := requests.count(name)) == 1 else f"{name} ({times} requests)"
        for name in dict.fromkeys(requests)
    ]
