"""Which rows answer a question, remembered for its other pages. Knows nothing of formats or HTTP."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import orjson

from .filters import BadFilter, matching, parse_filters
from .opened import OpenTable

KEEP_BYTES = 64 << 20
DEFAULT_RADIUS_DEG = 0.2


@dataclass(frozen=True, eq=False)
class Selection:
    """Row numbers, ascending, and their distance in arcsec where the question named a position."""

    opened: OpenTable
    rows: np.ndarray
    distance_arcsec: np.ndarray | None = None

    @property
    def nbytes(self) -> int:
        return int(self.rows.nbytes) + (
            0 if self.distance_arcsec is None else int(self.distance_arcsec.nbytes)
        )


def by_filters(opened: OpenTable, params: Mapping[str, object]) -> Selection:
    """Rows that pass `params.filters`; raises BadFilter."""
    mask = matching(opened, parse_filters(params.get("filters") or []))
    return Selection(opened, np.flatnonzero(mask))


def by_position(opened: OpenTable, params: Mapping[str, object]) -> Selection:
    """Rows that pass the filters and touch `position`, the text "ra, dec, radius" in degrees."""
    parts = str(params.get("position", "")).split(",")
    if len(parts) != 3:
        raise BadFilter("position must be 'ra, dec, radius' in degrees")
    rows, distance = _touching(opened, *parts)
    passes = matching(opened, parse_filters(params.get("filters") or []))[rows]
    return Selection(opened, rows[passes], distance[passes])


def by_cone(opened: OpenTable, params: Mapping[str, object]) -> Selection:
    """Rows touching the cone of `ra`, `dec`, `radius` in degrees (0.2 where not given)."""
    if "ra" not in params or "dec" not in params:
        raise BadFilter("a cone needs ra and dec in degrees")
    radius = params.get("radius", DEFAULT_RADIUS_DEG)
    rows, distance = _touching(opened, params["ra"], params["dec"], radius)
    if str(params.get("exclude_hla", "")).lower() == "true":
        hla = parse_filters([{"paramName": "obs_collection", "values": ["HLA"]}])
        kept = ~matching(opened, hla)[rows]
        rows, distance = rows[kept], distance[kept]
    return Selection(opened, rows, distance)


def _touching(opened: OpenTable, ra: object, dec: object, radius: object) -> tuple[np.ndarray, np.ndarray]:
    try:
        ra_deg, dec_deg, radius_deg = float(str(ra)), float(str(dec)), float(str(radius))
    except ValueError:
        raise BadFilter("ra, dec and radius must be numbers in degrees") from None
    if not (-360 <= ra_deg <= 360 and -90 <= dec_deg <= 90 and 0 <= radius_deg <= 180):
        raise BadFilter("ra, dec or radius lies outside the sky")
    return opened.footprints.within(ra_deg, dec_deg, radius_deg)


class Remembered:
    """The last few selections by question, so that pages 2 to N filter nothing again; bounded in bytes."""

    def __init__(self, keep_bytes: int = KEEP_BYTES) -> None:
        self._kept: OrderedDict[bytes, Selection] = OrderedDict()
        self._keep_bytes = keep_bytes
        self._lock = threading.Lock()

    def get(
        self,
        select: Callable[[OpenTable, Mapping[str, object]], Selection],
        opened: OpenTable,
        params: Mapping[str, object],
    ) -> Selection:
        """The columns asked for and a cache breaker inside the parameters do not make another question."""
        asked = {
            key: value for key, value in params.items() if key.lower() not in ("columns", "cachebreaker")
        }
        key = orjson.dumps([select.__name__, id(opened), asked], option=orjson.OPT_SORT_KEYS)
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known.opened is opened:
                self._kept.move_to_end(key)
                return known
        found = select(opened, params)
        self._keep(key, found)
        return found

    def _keep(self, key: bytes, found: Selection) -> None:
        with self._lock:
            self._kept[key] = found
            while sum(each.nbytes for each in self._kept.values()) > self._keep_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)
