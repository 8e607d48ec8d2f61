"""Which observation a file belongs to: product lists by obsid, files by their names. Knows no HTTP."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from threading import Lock

import pyarrow as pa

from . import hst, products
from .arrow import texts, whole_numbers
from .naming import parse_stem
from .observation import Observation, from_row
from .products import Listed

_REMEMBERED_LISTS = 256
_REMEMBERED_ROWS = 4096
_MOSAICS = "mosaics"
# Exposures that are no row of the table are numbered beyond every obsid of a row.
_MEMBER_BASE, _MEMBER_SPAN = 1_500_000_000, 400_000_000


def hashed_id(text: str, base: int = _MEMBER_BASE, span: int = _MEMBER_SPAN) -> int:
    """A stable number for a text."""
    return base + int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % span


@dataclass
class Catalogue:
    """The synthesised lists of a table of observations, made when asked for; the last few are remembered."""

    table: pa.Table
    _lists: "OrderedDict[int, tuple[Observation, list[Listed]]]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def _row_of_obsid(self) -> dict[int, int]:
        return {
            obsid: row for row, obsid in enumerate(whole_numbers(self.table["obsid"])) if obsid is not None
        }

    @cached_property
    def _obsid_of_obs_id(self) -> dict[str, int]:
        return dict(
            zip(
                texts(self.table["obs_id"]),
                (obsid or 0 for obsid in whole_numbers(self.table["obsid"])),
                strict=True,
            )
        )

    @cached_property
    def _rows_of_key(self) -> dict[tuple[str, str], list[int]]:
        keys: dict[tuple[str, str], list[int]] = {}
        for row, obs_id in enumerate(texts(self.table["obs_id"])):
            for key in _keys_of_row(obs_id):
                keys.setdefault(key, []).append(row)
        return keys

    @cached_property
    def _row_of_data_url(self) -> dict[str, int]:
        urls = texts(self.table["dataURL"])
        return {url: row for row, url in enumerate(urls) if url}

    def row_of_data_url(self, uri: str) -> int | None:
        return self._row_of_data_url.get(uri)

    def row_of(self, obsid: int) -> int | None:
        return self._row_of_obsid.get(obsid)

    def row_named(self, obs_id: str) -> int | None:
        """The row of an obs_id."""
        obsid = self._obsid_of_obs_id.get(obs_id)
        return None if obsid is None else self._row_of_obsid[obsid]

    def observations(self, rows: Sequence[int]) -> list[Observation]:
        """Many at once: much cheaper than one by one."""
        return [from_row(row) for row in self.table.take(pa.array(rows, type=pa.int64())).to_pylist()]

    def obsid_of(self, obs_id: str) -> int:
        """The row's own number, else a stable one for an exposure that is no row."""
        return self._obsid_of_obs_id.get(obs_id) or hashed_id(obs_id)

    @cached_property
    def observation(self) -> Callable[[int], Observation]:
        """The observation of a row's number; the last few thousand are remembered."""
        return lru_cache(_REMEMBERED_ROWS)(lambda row: from_row(self.table.slice(row, 1).to_pylist()[0]))

    def listed(self, row: int) -> tuple[Observation, list[Listed]]:
        """An observation and what the naming rules say it has."""
        with self._lock:
            if row in self._lists:
                self._lists.move_to_end(row)
                return self._lists[row]
        observation = self.observation(row)
        rules = {"JWST": products.products_of, "HST": hst.products_of}.get(observation.collection)
        lines = rules(observation, self.obsid_of) if rules else []
        with self._lock:
            self._lists[row] = observation, lines
            if len(self._lists) > _REMEMBERED_LISTS:
                self._lists.popitem(last=False)
        return observation, lines

    def find(self, filename: str) -> tuple[Observation, Listed] | None:
        """The file among the lists of the observations its name points to."""
        for row in self.candidates(filename):
            observation, lines = self.listed(row)
            for line in lines:
                if line.filename == filename:
                    return observation, line
        return None

    def candidates(self, filename: str) -> Iterator[int]:
        """Rows that may list a file of this name: its own, its observation's, else its programme's."""
        own = self.row_named(filename.rpartition("_")[0])
        if own is not None:
            yield own
        for key in _keys(filename):
            yield from self._rows_of_key.get(key, ())


def _keys(name: str) -> list[tuple[str, str]]:
    """What a file's name tells of where to look: its observation, then mosaics of its programme."""
    stem = parse_stem(name.rpartition(".")[0] or name)
    if stem is not None:
        return [stem.key, (stem.program, _MOSAICS)]
    if name.startswith("jw") and name[2:7].isdigit():
        return [(str(int(name[2:7])), "")]
    return [("hst", name[:6].lower())]


def _keys_of_row(obs_id: str) -> list[tuple[str, str]]:
    """Where a row is to be found: candidates other than single observations (c1001) also as mosaics."""
    stem = parse_stem(obs_id)
    if stem is None:
        return _keys(obs_id)
    keys = [stem.key, (stem.program, "")]
    return keys if stem.observation.isdigit() else [*keys, (stem.program, _MOSAICS)]
