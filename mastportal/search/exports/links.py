"""Owns the signed links by which another program fetches a table without anybody's session.

A link names one snapshot, one query and one format, holds for ten minutes, and says nothing of who made it:
metadata are public to everybody who may ask the portal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils import timezone

from mastportal.tables.columns import BadQuery
from mastportal.tables.export import FORMATS

HOLDS = timedelta(minutes=10)
SALT = "mastportal.search.exports.links"
# A web server takes addresses of some four thousand bytes.
_LONGEST = 3_500


class Ended(Exception):
    """The link was good once; it can be made again."""


class NoLink(Exception):
    """The text is no link of ours."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link leads to: `query` is the table grammar's query string."""

    result: UUID
    query: str
    format: str


def signed(linked: Linked) -> tuple[str, datetime]:
    """The text of a link, fit for an address, and when it ends. Raises BadQuery."""
    if linked.format not in FORMATS:
        raise BadQuery(f"The format must be one of {', '.join(FORMATS)}.", "format")
    told = [str(linked.result), linked.query, linked.format]
    text = signing.dumps(told, salt=SALT, compress=True)
    if len(text) > _LONGEST:
        raise BadQuery("These filters are too long for a link; download the file instead.", "filters")
    return text, timezone.now() + HOLDS


def opened(text: str) -> Linked:
    """What a link leads to. Raises Ended or NoLink."""
    try:
        told: Any = signing.loads(text, salt=SALT, max_age=HOLDS)
        result, query, format = told
        return Linked(UUID(result), query, format)
    except signing.SignatureExpired as error:
        raise Ended from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NoLink from error
