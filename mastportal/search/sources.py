"""Owns the rows of a question to the archive as it stands, in a worker that holds the snapshot's lease."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.conf import settings

from mastportal.mast.client import MastClient
from mastportal.mast.criteria import Criteria, mode_less_question
from mastportal.mast.errors import NotFound
from mastportal.search import positions
from mastportal.work import Lease


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to come: how many are expected, the tables (all with the schema of the question's fields), and
    what of the snapshot's columns is known once they are all here."""

    count: int
    pages: Iterator[pa.Table]
    after: Callable[[], dict[str, Any]] = field(default=dict)


def from_archive(client: MastClient, lease: Lease, criteria: Criteria) -> Source:
    """The archive's own answer, page by page."""
    criteria = located(client, lease, criteria)
    count = client.count_to_fetch(criteria)

    def after() -> dict[str, Any]:
        left_out = mode_less_question(criteria)
        return {"left_out": client.count(left_out)} if left_out else {}

    pages = client.pages(criteria, settings.PAGE_ROWS, limit=settings.ROW_LIMIT, expected=count)
    return Source(count, pages, after)


def located(client: MastClient, lease: Lease, criteria: Criteria) -> Criteria:
    """The criteria with the target's name resolved, and what was understood noted for the page."""
    if criteria.name_to_resolve is None:
        return criteria
    try:
        resolved = positions.position_of(client, criteria.name_to_resolve)
    except NotFound as error:
        # For the page: the search by target name that may find a body no resolver knows.
        lease.renew(understood={"suggestion": error.suggestion})
        raise
    criteria = criteria.located(resolved)
    radius_deg = criteria.target.radius_deg if criteria.target else resolved.radius_deg
    lease.renew(understood=positions.as_json(resolved) | {"radius_deg": radius_deg})
    return criteria
