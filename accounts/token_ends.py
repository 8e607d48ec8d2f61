"""Owns when a stored token ends, as far as can be known: MAST tells neither its age nor its last use.

Asks nobody, writes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from accounts import archive
from accounts.models import ArchiveToken

# MAST ends a token 60 days after it was made, or after 10 days without use (MAST Accounts pages).
LIFETIME, IDLE = timedelta(days=60), timedelta(days=10)
WARN_BEFORE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Ends:
    """`idle_at` counts from our last use, else from the day it was entered; checks are no use.

    `aged_at` is when it is 60 days old. Where its owner did not say when it was made, that may have been
    60 days before MAST accepted it here: it may end any day from `earliest_at` on, and has by `aged_at`.
    """

    idle_at: datetime
    aged_at: datetime
    earliest_at: datetime

    @property
    def is_assumed(self) -> bool:
        """Whether nobody said when it was made."""
        return self.earliest_at < self.aged_at

    @property
    def at(self) -> datetime:
        """When it has ended for certain, if it is not used meanwhile."""
        return min(self.idle_at, self.aged_at)

    @property
    def by_idleness(self) -> bool:
        return self.idle_at < self.aged_at

    @property
    def warn_at(self) -> datetime:
        """When its owner is first warned: some days before the earliest end, and never before it is here."""
        return self.earliest_at if self.is_assumed else self.at - WARN_BEFORE


def start_of(day: date) -> datetime:
    """The first moment of a day of the archive's calendar (UTC), by our clock."""
    return datetime.combine(day, time(), UTC) - archive.ahead()


def ends_of(token: ArchiveToken) -> Ends:
    """When this token ends, by what is written of it; one made on a day may be as old as that day."""
    idle_at = (token.last_used_at or token.created_at) + IDLE
    if token.made_on is not None:
        aged_at = start_of(token.made_on) + LIFETIME
        return Ends(idle_at, aged_at, aged_at)
    return Ends(idle_at, token.created_at + LIFETIME, token.created_at)
