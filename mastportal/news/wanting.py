"""Owns which events a subscription is about. Pure: no Django, no archive."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from mastportal.news.differences import Difference, Kind

_NUMBER = re.compile(r"o?0*(\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """Kinds of events, of one observation ("003", or an obs_id) or of all, at one level or at any."""

    events: Collection[str]
    observation: str = ""
    level: int | None = None

    def takes(self, event: Difference) -> bool:
        """Whether this event is to be told.

        The first data are those of the whole, or of the observation where one is named, at the level wished.
        """
        if event.kind not in self.events:
            return False
        if event.kind == Kind.FIRST:
            return event.number == self.observation and event.level == self.level
        about = (event.number, event.subject.casefold())
        if self.observation and self.observation.casefold() not in about:
            return False
        return self.level is None or event.level is None or event.level == self.level


def observation_number(text: str) -> str:
    """ "3", "o003" and "003" are observation 003; any other text is an obs_id as it stands."""
    text = text.strip()
    found = _NUMBER.fullmatch(text)
    return found[1].zfill(3) if found else text
