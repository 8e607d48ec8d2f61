"""Files and observations that no test has used yet, with what they must be: a stored file meets no fault."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.portal import ROOT, Deadline, Portal
from tests.files.archive_products import ask

COLUMNS = "obsid,obs_id,proposal_id,calib_level,jpegURL"
JWST = {"obs_collection": ["JWST"], "dataRights": ["PUBLIC"]}
RECOMMENDED = "Minimum Recommended Products"


@dataclass(frozen=True)
class Product:
    """A public file as the archive has it now."""

    uri: str
    size_bytes: int
    sha256: str

    @property
    def name(self) -> str:
        return self.uri.rsplit("/", 1)[-1]


@dataclass
class Observation:
    """One observation; `basket` holds it alone, and one thread at a time changes what is selected in it."""

    obsid: str
    row: dict[str, Any]
    rows: list[dict[str, Any]]
    basket: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Wanted:
    """Files in a bundle's order, and the wish that selects them in a basket; `lock` while it is set there."""

    products: tuple[Product, ...]
    basket: int
    wish: dict[str, Any]
    lock: threading.Lock


def _is_recommended(row: dict[str, Any]) -> bool:
    """Data; which of several generations of an association is recommended is not to be decided here."""
    return row["productGroupDescription"] == RECOMMENDED and row["dataURI"].endswith(".fits")


class Supply:
    """Hands out each file once, over all threads."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._lock, self._standing_lock = threading.Lock(), threading.Lock()
        self._standing: list[tuple[Observation, tuple[Product, ...]]] = []
        self._used: set[str] = set()
        filters = [{"paramName": name, "values": values} for name, values in JWST.items()]
        found = ask(portal.sandbox.url, "Mast.Caom.Filtered", columns=COLUMNS, filters=filters)
        self._rows = iter([row for row in found if row["calib_level"] >= 0])
        asked = {"collection": "observations", "criteria": JWST}
        search = portal.call("POST", "/searches", json=asked).json()["id"]
        assert portal.finished(f"/searches/{search}", Deadline(60))["phase"] == "COMPLETED"
        self.search = search
        self._open: dict[str, tuple[Observation, Iterator[dict[str, Any]]]] = {}

    def files(self, count: int, kind: str = ".fits") -> Wanted:
        """So many unused files of one observation whose product list the portal has."""
        with self._lock:
            chosen, observation = self._choose(count, kind)
            self._used.update(row["dataURI"] for row in chosen)
        self._put_into_basket(observation)
        assert observation.basket is not None
        products = self._truths(chosen)
        wish = {"preset": "none", "include": [product.uri for product in products]}
        return Wanted(products, observation.basket, wish, observation.lock)

    def _choose(self, count: int, kind: str) -> tuple[list[dict[str, Any]], Observation]:
        while True:
            if kind not in self._open:
                observation = self._next()
                self._open[kind] = observation, iter(observation.rows)
            observation, rest = self._open[kind]
            chosen = [
                row for row, _ in zip((r for r in rest if self._suits(r, kind)), range(count), strict=False)
            ]
            if len(chosen) == count:
                return chosen, observation
            del self._open[kind]

    def _suits(self, row: dict[str, Any], kind: str) -> bool:
        is_new = row["dataURI"] not in self._used
        return is_new and row["dataRights"] == "PUBLIC" and row["dataURI"].endswith(kind)

    def observation(self) -> tuple[Observation, tuple[Product, ...]]:
        """One that nobody asked the portal about, with its recommended data, of which none was used yet."""
        with self._lock:
            while True:
                observation = self._next()
                wanted = [row for row in observation.rows if _is_recommended(row)]
                if len(wanted) > 1 and all(self._suits(row, "") for row in wanted):
                    self._used.update(row["dataURI"] for row in wanted)
                    break
        return observation, self._truths(wanted)

    def standing(self) -> list[tuple[Observation, tuple[Product, ...]]]:
        """Two observations, always the same, whose lists and files are soon known to the portal."""
        with self._standing_lock:
            while len(self._standing) < 2:
                self._standing.append(self.observation())
            return [*self._standing]

    def _next(self) -> Observation:
        row = next(self._rows, None)
        assert row is not None, "the sandbox has too few observations: raise its --scale"
        obsid = str(row["obsid"])
        rows = {
            each["dataURI"]: each for each in ask(self.portal.sandbox.url, "Mast.Caom.Products", obsid=obsid)
        }
        return Observation(obsid, row, list(rows.values()))

    def _truths(self, rows: list[dict[str, Any]]) -> tuple[Product, ...]:
        """The files as the archive gives them, asked for before any fault is set on them."""
        return tuple(
            map(self._truth, sorted(rows, key=lambda row: (row["obs_id"] or "", row["productFilename"])))
        )

    def _truth(self, row: dict[str, Any]) -> Product:
        body = self.portal.sandbox.body(row["dataURI"])
        return Product(row["dataURI"], len(body), hashlib.sha256(body).hexdigest())

    def _put_into_basket(self, observation: Observation) -> None:
        with observation.lock:
            if observation.basket is None:
                observation.basket = self.basket([observation])
                done = self.portal.finished(f"/baskets/{observation.basket}", Deadline(60))
                assert done["phase"] == "COMPLETED", done

    def basket(self, observations: list[Observation]) -> int:
        """A new basket with these, their product lists perhaps still on their way."""
        basket = self.portal.call("POST", "/baskets", json={"name": "Faults"}).json()["id"]
        obsids = [each.obsid for each in observations]
        body = {"search": self.search, "obsid": obsids}
        added = self.portal.call("POST", f"/baskets/{basket}/observations", json=body)
        assert added.status_code == 200, added.text
        return int(basket)

    def select(self, basket: int, **wish: Any) -> None:
        path = f"/baskets/{basket}/selection"
        chosen = self.portal.call("PUT", path, json=wish, headers={"If-Match": "*"})
        assert chosen.status_code == 200, chosen.text


__all__ = ["ROOT", "Observation", "Product", "Supply", "Wanted"]
