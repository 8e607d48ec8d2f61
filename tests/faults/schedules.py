"""Random schedules of faults on a bundle of twelve files, and what each may lead to."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from basket.filling import TRIES
from mastportal.mast.download import LONGEST_WAIT_S
from mastportal.mast.transfer import ATTEMPTS
from tests.faults.cells import LIMIT_S, check, match_of
from tests.faults.portal import Deadline, Json, Portal
from tests.faults.supply import Product, Supply
from tests.faults.ways import Bundle
from tests.faults.wrongs import BROKEN, CLOSED, GONE, OF_FILES, OK, Wrong

FILES = 12
FAULTS = (5, 12)
# What repeats, for ever or as often as a file is asked for in one go.
TIMES = (1, 1, 1, 2, 3, None)
IN_THE_BODY = {"reset", "truncate", "stall", "slow", "flip"}
MOST_BYTES = 60_000
ENDS = {GONE: 404, CLOSED: 403}


@dataclass(frozen=True)
class Schedule:
    """The faults of one seed."""

    seed: int
    kind: str = "schedules"

    def __str__(self) -> str:
        return f"schedule {self.seed}"

    def run(self, portal: Portal, supply: Supply, folder: Path) -> None:
        """Raises AssertionError where anything came out that the faults do not explain."""
        random = np.random.default_rng([4, self.seed])
        wanted = supply.files(FILES)
        met: dict[str, list[tuple[Wrong, int | None]]] = defaultdict(list)
        faults = []
        for _ in range(random.integers(FAULTS[0], FAULTS[1], endpoint=True)):
            product: Product = wanted.products[random.integers(FILES)]
            wrong, times = OF_FILES[random.integers(len(OF_FILES))], TIMES[random.integers(len(TIMES))]
            met[product.uri].append((wrong, times))
            faults.append(wrong.on(match_of(product), times) | _somewhere(wrong, random))
        portal.fault(*faults)
        way = Bundle(str(random.choice(["zip", "tar"])))
        allowed = {uri: allowed_after(several) for uri, several in met.items()}
        check(wanted, way.take(portal, wanted, Deadline(2 * LIMIT_S), folder), allowed)


def _somewhere(wrong: Wrong, random: np.random.Generator) -> Json:
    """The byte at which a fault in the body strikes; at or past the end it may do no harm."""
    kind: Any = wrong.body["fault"]
    if kind not in IN_THE_BODY or random.random() < 0.2:
        return {}
    return {"after_bytes": int(random.integers(MOST_BYTES))}


def allowed_after(several: list[tuple[Wrong, int | None]]) -> set[str]:
    """The statuses that a file may end with that meets these faults one after the other.

    Few that pass are got over. What lasts, or comes as often as a file is asked for in one go, may end it, as
    may being told TRIES times to come back much later, each of which ends a go; a fault in the body may also
    lie past the end of the file, or where a continued transfer does not come by.
    """
    allowed: set[str] = set()
    passed = goes = 0
    for wrong, times in several:
        if wrong.once != OK:
            return allowed | {wrong.once} | ({BROKEN} if passed >= ATTEMPTS else set())
        if wrong.body["fault"] in IN_THE_BODY:
            allowed.add(OK)
        if times is None:
            return allowed | {wrong.always}
        passed += times
        goes += times if wrong.body.get("retry_after_s", 0) > LONGEST_WAIT_S else 0
        if passed >= ATTEMPTS - 1 or goes >= TRIES:
            allowed.add(BROKEN)
    return allowed | {OK}
