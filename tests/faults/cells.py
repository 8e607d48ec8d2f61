"""Cells of the matrix, fault × way × place: each with files of its own, many in flight at once."""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from basket.filling import RETRY_S, TRIES
from mastportal.mast.transfer import ATTEMPTS
from tests.faults.portal import AT_ONCE, QUESTION_TIMEOUT_S, STALL_S, Deadline, Portal
from tests.faults.supply import Product, Supply, Wanted
from tests.faults.ways import Ended, Outcome, Way
from tests.faults.wrongs import OF_FILES, OF_LISTS, OK, Wrong

PLACES = ("first", "middle", "last")
TIMES = (1, None)
# Of one attempt: silence until it is given up, and the longest pause after it; then what a busy machine adds.
ATTEMPT_S = 2 * STALL_S + 2.5
SLACK_S = 75
LIMIT_S = TRIES * ATTEMPTS * ATTEMPT_S + (TRIES - 1) * RETRY_S + SLACK_S
# A question is asked twice, when the basket is filled and when a bundle is wanted.
LIST_LIMIT_S = LIMIT_S + 4 * QUESTION_TIMEOUT_S + 60


@dataclass(frozen=True)
class Cell:
    """One fault, once (`times` 1) or always (None), on one file of several that leave by one way."""

    way: Way
    wrong: Wrong
    times: int | None
    place: str

    def __str__(self) -> str:
        return (
            f"{self.way.name} × {self.wrong.name} {'always' if self.times is None else 'once'} × {self.place}"
        )

    @property
    def kind(self) -> str:
        return f"{self.way.name} × {self.wrong.name}"

    def run(self, portal: Portal, supply: Supply, folder: Path) -> None:
        """Raises AssertionError where anything came out otherwise than the table says."""
        wanted = self.way.wants(supply)
        target = at(self.place, wanted.products)
        portal.fault(self.wrong.on(match_of(target), self.times))
        outcome = self.way.take(portal, wanted, Deadline(LIMIT_S), folder)
        check(wanted, outcome, {target.uri: self.way.expects(self.wrong, self.times)})


@dataclass(frozen=True)
class ListCell:
    """One fault, once or always, on the product list of one of three observations that leave by one way."""

    way: Way
    wrong: Wrong
    times: int | None
    place: str

    def __str__(self) -> str:
        often = "always" if self.times is None else "once"
        return f"list of {self.place} × {self.wrong.name} {often} × {self.way.name}"

    @property
    def kind(self) -> str:
        return f"lists by {self.way.name} × {self.wrong.name}"

    def run(self, portal: Portal, supply: Supply, folder: Path) -> None:
        """Raises AssertionError: where a list cannot be had the manifest says so, and all else is there."""
        new, products = supply.observation()
        portal.fault(self.wrong.on(rf"service=Mast.Caom.Products&obsid={new.obsid}$", self.times))
        several = [*supply.standing()]
        several.insert(PLACES.index(self.place), (new, products))
        basket = supply.basket([observation for observation, _ in several])
        everything = tuple(product for _, those in several for product in those)
        wanted = Wanted(everything, basket, {"preset": "recommended"}, threading.Lock())
        outcome = self.way.take(portal, wanted, Deadline(LIST_LIMIT_S), folder)
        if (self.wrong.always if self.times is None else self.wrong.once) == OK:
            check(wanted, outcome, {})
            return
        assert not {product.uri for product in products} & set(outcome.files), "files of a list nobody has"
        assert new.obsid in outcome.notes, f"nothing is said of the list of {new.obsid}"
        check(replace(wanted, products=tuple(set(everything) - set(products))), outcome, {})


def at(place: str, things: Sequence[Product]) -> Product:
    """The first, middle or last of them."""
    return things[{"first": 0, "middle": len(things) // 2, "last": -1}[place]]


def match_of(product: Product) -> str:
    """Requests for this file's bytes, at whichever of the archive's addresses."""
    return rf"Download/.*{re.escape(product.name)}(&|$)"


def check(wanted: Wanted, outcome: Outcome, allowed: dict[str, set[str]]) -> None:
    """Each file is OK, or ended as it is `allowed` to; what is OK is right, what is not says why."""
    for product in wanted.products:
        ended = outcome.files.get(product.uri)
        assert ended is not None, f"nothing is said of {product.uri}"
        expected = allowed.get(product.uri, {"OK"})
        assert ended.status in expected, (
            f"{product.name} ended as {ended}, not {' or '.join(sorted(expected))}"
        )
        check_one(product, ended)


def check_one(product: Product, ended: Ended) -> None:
    if ended.status == "OK":
        assert ended.sha256 == product.sha256, f"{product.name} has WRONG BYTES"
    else:
        assert len(ended.reason.split()) > 3, f"{product.name} has no reason: {ended}"


def cells_of(way: Way, wrongs: Iterable[Wrong] = OF_FILES) -> list[Cell]:
    """All of a way; a flipped bit is no cell where nobody could notice it."""
    seen = [wrong for wrong in wrongs if way.sees(wrong)]
    return [Cell(way, wrong, times, place) for wrong in seen for times in TIMES for place in PLACES]


class Trial(Protocol):
    """Something tried on a portal with files of its own; `kind` is what the summary counts it under."""

    @property
    def kind(self) -> str: ...
    def run(self, portal: Portal, supply: Supply, folder: Path) -> None: ...


def list_cells_of(way: Way) -> list[ListCell]:
    return [ListCell(way, wrong, times, place) for wrong in OF_LISTS for times in TIMES for place in PLACES]


def run_all(cells: Sequence[Trial], portal: Portal, supply: Supply, folder: Path) -> Counter[str]:
    """Try all of them; the passed ones counted by kind. Raises AssertionError naming the failed."""
    wrong: list[str] = []
    passed: Counter[str] = Counter()

    def one(number: int, cell: Trial) -> None:
        place = folder / str(number)
        place.mkdir()
        try:
            cell.run(portal, supply, place)
        except Exception as error:
            wrong.append(f"{cell}: {type(error).__name__}: {error}")
        else:
            passed[cell.kind] += 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(len(cells)), cells))
    assert not wrong, f"{len(wrong)} of {len(cells)} went wrong:\n" + "\n".join(sorted(wrong))
    return passed
