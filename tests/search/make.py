"""What the tests of search ask, how they wait, and what they are told."""

from typing import Any

from django.contrib.auth.models import User

from mastportal.search import lookups, results
from mastportal.search.models import Lookup, ResultSet, Search

SEARCHES = "/api/v1/searches"
PROGRAMME = {"collection": "programs", "programs": "1176"}
KEYWORDS = {"collection": "jwst-keywords", "instrument": "niriss", "criteria": {"exp_type": ["NIS_WFSS"]}}
# Files of six combined products, and of exposures of observations that have none.
FEW_FILES = {
    "collection": "jwst-keywords",
    "instrument": "nircam",
    "criteria": {"program": ["1073"], "filter": ["F277W"]},
}
M57 = {"collection": "observations", "target": "m57 r=1m"}


def answered(question: dict[str, Any], user: User, refresh: bool = False) -> Search:
    """The question asked and answered in this process."""
    asked = results.ask(question, user, refresh=refresh)
    if asked.must_queue:
        results.run(asked.result.pk)
    return Search.objects.select_related("current", "latest").get(pk=asked.search.pk)


def latest(search: Search) -> ResultSet:
    return ResultSet.objects.filter(search=search).order_by("queued_at").last()


def questions(log: list[dict[str, Any]]) -> list[str]:
    """The services the archive was asked for."""
    return [entry["service"] for entry in log if entry["service"]]


def understood_list(targets: list[object]) -> Lookup:
    """A list of targets, looked up in this process."""
    lookup, must_queue = lookups.want_targets({"targets": targets, "radius_deg": 1 / 60})
    if must_queue:
        lookups.answer(lookup.pk)
        lookup.refresh_from_db()
    return lookup


def error(response: Any) -> dict[str, Any]:
    """What a refused request is told."""
    told: dict[str, Any] = response.json()["error"]
    return told
