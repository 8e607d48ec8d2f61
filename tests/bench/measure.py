"""Owns how a figure is taken and told: the median of several runs, against a reference of the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line of `./run bench`."""

    name: str
    ours: float
    reference: float
    unit: str
    ratio: float
    goal: str
    met: bool

    def line(self) -> str:
        mark = "ok" if self.met else "MISSED"
        ours = f"ours {self.ours:10.4g} {self.unit:6}"
        reference = f"reference {self.reference:10.4g} {self.unit:6}"
        return f"{self.name:38} {ours} {reference} ratio {self.ratio:8.3g}  goal {self.goal:10} {mark}"

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def at_least(name: str, ours: float, reference: float, unit: str, ratio: float, goal: float) -> Figure:
    """A figure whose ratio should be `goal` or more."""
    return Figure(name, ours, reference, unit, ratio, f">= {goal:g}x", ratio >= goal)


def at_most(name: str, ours: float, reference: float, unit: str, goal: float) -> Figure:
    """A figure that should be at most `goal` times its reference."""
    ratio = ours / reference
    return Figure(name, ours, reference, unit, ratio, f"<= {goal:g}x", ratio <= goal)


def median_s(work: Callable[[], object], times: int = 7, warm: int = 1) -> float:
    """The median duration of `work` in seconds, after `warm` runs that do not count."""
    return statistics.median(durations_s(work, times, warm))


def durations_s(work: Callable[[], object], times: int, warm: int = 1) -> list[float]:
    """How long each of `times` runs took, in seconds, after `warm` runs that do not count."""
    for _ in range(warm):
        work()
    return [_duration_s(work) for _ in range(times)]


def p95_s(durations: list[float]) -> float:
    """What 95 % of the runs stay below."""
    return statistics.quantiles(durations, n=20, method="inclusive")[-1]


def _duration_s(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
