"""Owns how fast bytes came, from when each file came: rates while any came, pauses not counted. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """So many bytes came between two moments, in seconds on one clock."""

    start_s: float
    end_s: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Bytes, and the seconds in which at least one file was coming."""

    bytes: int = 0
    busy_s: float = 0.0

    @property
    def rate(self) -> float | None:
        """Bytes per second; None where nothing was measured."""
        return self.bytes / self.busy_s if self.bytes and self.busy_s > 0 else None


def pace_of(spans: Iterable[Span], since_s: float = float("-inf")) -> Pace:
    """What came since a moment; of a file that began before it, the part that falls after, taken as even."""
    inside = sorted(
        ((max(span.start_s, since_s), span) for span in spans if span.end_s > since_s),
        key=lambda part: part[0],
    )
    came, busy_s, until_s = 0.0, 0.0, float("-inf")
    for start_s, span in inside:
        length_s = span.end_s - span.start_s
        came += span.bytes * ((span.end_s - start_s) / length_s if length_s > 0 else 1.0)
        busy_s += max(0.0, span.end_s - max(start_s, until_s))
        until_s = max(until_s, span.end_s)
    return Pace(round(came), busy_s)
