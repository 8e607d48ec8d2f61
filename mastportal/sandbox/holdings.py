"""What the stand-in archive holds: observations, keyword rows, products, bodies, names. Imports no server part.

For the server: keyword rows are served through `Holdings.keyword_page`, which alone fills what depends on the body
(fileSize, checksum) and on the day (isRestricted); `Holdings.observations` already has dataRights as of `today`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .bodies import Body, Facts, body_of
from .catalogue import Catalogue
from .names import Names, Position, fold_name
from .observation import EXCLUSIVE, PUBLIC, Observation, datetime_of, mjd_of
from .products import RECOMMENDED, Listed
from .synthesis import drafts_of_facts, table_of

__all__ = ["DEFAULT_TODAY", "Holdings", "Position", "Product", "fold_name", "load"]

DEFAULT_TODAY = date(2026, 8, 22)
DEFAULT_SCALE = 3000
DEFAULT_FILE_BYTES = 120_000


@dataclass(frozen=True)
class Product:
    """One file as it is now; `release_mjd` None means public from the start."""

    uri: str
    program: str
    release_mjd: float | None
    etag: str
    last_modified: datetime
    body: Body = field(repr=False)

    @property
    def size_bytes(self) -> int:
        return self.body.size_bytes

    @property
    def media_type(self) -> str:
        return self.body.media_type

    def is_exclusive(self, today: date) -> bool:
        return self.release_mjd is not None and self.release_mjd > mjd_of(today)

    def read(self, start: int, stop: int) -> bytes:
        """Bytes start..stop-1, without building the rest."""
        return self.body.read(start, stop)


class Holdings:
    """Everything the server answers from. Safe to read from several threads."""

    def __init__(
        self, table: pa.Table, keywords: Mapping[str, pa.Table], *, today: date, file_bytes: int
    ) -> None:
        self._table = table
        self._today = today
        self._file_bytes = file_bytes
        self._versions: dict[str, int] = {}
        self._replaced_at: dict[str, datetime] = {}
        self._catalogue = Catalogue(table)
        self.keywords = keywords

    @property
    def today(self) -> date:
        return self._today

    @today.setter
    def today(self, day: date) -> None:
        self._today = day
        self.__dict__.pop("observations", None)
        self.__dict__.pop("exclusive_programs", None)

    @cached_property
    def observations(self) -> pa.Table:
        """CAOM rows with dataRights as of today; rows without a release date keep what they say."""
        release = self._table["t_obs_release"]
        late = pc.greater(release, mjd_of(self._today))
        rights = pc.if_else(late, EXCLUSIVE, PUBLIC)
        rights = pc.if_else(pc.is_null(release), self._table["dataRights"], rights)
        return self._table.set_column(self._table.schema.get_field_index("dataRights"), "dataRights", rights)

    @cached_property
    def exclusive_programs(self) -> list[str]:
        """Programme ids with files that are exclusive today, sorted as numbers."""
        late = pc.fill_null(pc.greater(self._table["t_obs_release"], mjd_of(self._today)), fill_value=False)
        programs = pc.unique(self._table["proposal_id"].filter(late)).drop_null().to_pylist()
        return sorted(
            programs, key=lambda program: (not program.isdigit(), int(program) if program.isdigit() else 0)
        )

    @cached_property
    def names(self) -> Names:
        """Where names lie: OpenNGC's, then the fixed targets of the rows."""
        fixed = pc.invert(pc.fill_null(self._table["mtFlag"], fill_value=False))
        rows = self._table.filter(fixed).select(["target_name", "s_ra", "s_dec"]).to_pydict()
        targets: dict[str, Position] = {}
        for name, ra, dec in zip(rows["target_name"], rows["s_ra"], rows["s_dec"], strict=True):
            if name and ra is not None and name != "UNKNOWN":
                targets.setdefault(fold_name(name), Position(ra, dec, None, name, "HOLDINGS", "Target"))
        return Names(targets)

    def product_rows(self, obsid: int) -> list[dict[str, object]]:
        """Mast.Caom.Products' rows of one observation, duplicates included; unknown or planned: none."""
        row = self._catalogue.row_of(obsid)
        if row is None:
            return []
        observation, lines = self._catalogue.listed(row)
        return [self._product_row(observation, line) for line in lines]

    def product(self, uri: str) -> Product | None:
        """The file of a dataURI, None where there is none."""
        found = self._catalogue.find(uri.rpartition("/")[2])
        if found is None or uri != _uri(*found):
            return None
        observation, line = found
        version = self._versions.get(uri, 0)
        body = body_of(self._facts(observation, line, version))
        tag = blake2b(f"{uri}#{version}#{body.size_bytes}".encode(), digest_size=10).hexdigest()
        made = self._made(observation, uri)
        return Product(uri, observation.program, observation.release_mjd, f'"{tag}"', made, body)

    def replace(self, uri: str) -> bool:
        """Reprocess a product: same name, new bytes and size, a later date. False: no such product."""
        if self.product(uri) is None:
            return False
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        noon = datetime.combine(self._today, datetime.min.time(), UTC)
        self._replaced_at[uri] = noon + timedelta(seconds=version)
        return True

    def keyword_page(
        self, service: str, row_numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    ) -> pa.Table:
        """These rows of a keyword table with fileSize, checksum (MD5) and isRestricted true of the body served now."""
        return self.keywords[service].take(pa.array(row_numbers))

    def _facts(self, observation: Observation, line: Listed, version: int) -> Facts:
        return Facts(
            line.filename, observation, version, self._made(observation, _uri(observation, line)),
            self._file_bytes, line.factor, line.members, line.product_name, line.obs_id,
        )  # fmt: skip

    def _made(self, observation: Observation, uri: str) -> datetime:
        end = observation.t_max_mjd or observation.t_min_mjd or observation.release_mjd or 59945.0
        return self._replaced_at.get(uri) or datetime_of(round(end + 2.0, 4)).replace(microsecond=0)

    def _product_row(self, observation: Observation, line: Listed) -> dict[str, object]:
        uri = _uri(observation, line)
        body = body_of(self._facts(observation, line, self._versions.get(uri, 0)))
        jwst = observation.collection == "JWST"
        late = observation.release_mjd is not None and observation.release_mjd > mjd_of(self._today)
        return {
            "obsID": line.obsid,
            "obs_collection": observation.collection,
            "dataproduct_type": observation.product_type,
            "obs_id": line.obs_id,
            "description": line.description,
            "type": line.letter,
            "dataURI": uri,
            "productType": line.product_type,
            "productGroupDescription": RECOMMENDED if line.is_recommended else None,
            "productSubGroupDescription": line.group,
            "productDocumentationURL": None,
            "project": "CALJWST" if jwst else observation.collection,
            "prvversion": "1.20.2" if jwst and line.level > 1 else None,
            "proposal_id": observation.program,
            "productFilename": line.filename,
            "size": body.size_bytes,
            "parent_obsid": observation.obsid,
            "dataRights": EXCLUSIVE if late else PUBLIC,
            "calib_level": line.level,
            "filters": observation.filters or None,
        }


def _uri(observation: Observation, line: Listed) -> str:
    return f"mast:{observation.collection}/product/{line.filename}"


def load(folder: Path | None, *, today: date | None, scale: int | None, file_bytes: int | None) -> Holdings:
    """The built-in holdings, or those of a folder of recorded tables; None takes the default."""
    table = table_of(drafts_of_facts())
    return Holdings(table, {}, today=today or DEFAULT_TODAY, file_bytes=file_bytes or DEFAULT_FILE_BYTES)
