"""What the stand-in archive holds: observations, keyword rows, products, bodies, names. Knows no HTTP.

For the server: keyword rows are served through `Holdings.keyword_page`, which alone fills what depends on the
body (fileSize, checksum) and on the day (isRestricted); `Holdings.observations` has dataRights as of `today`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .arrow import is_greater, texts
from .cached import open_folder
from .catalogue import Catalogue
from .engineering import wavefront_observation
from .keyword_tables import KeywordTables, served_page
from .making import Maker, Product
from .names import Names, Position, fold_name
from .observation import EXCLUSIVE, PUBLIC, Observation, mjd_of
from .product_rows import linked, product_row, uri_of
from .products import Listed
from .recorded import NO_RECORDS, Recorded
from .survey import built_in
from .unfolding import Unfolded

__all__ = ["DEFAULT_TODAY", "Holdings", "Position", "Product", "fold_name", "load"]

DEFAULT_TODAY = date(2026, 8, 22)
DEFAULT_SCALE = 3000
DEFAULT_FILE_BYTES = 64_000


class Holdings:
    """Everything the server answers from. Safe to read from several threads."""

    def __init__(
        self, table: pa.Table, recorded: Recorded = NO_RECORDS, *, today: date, file_bytes: int
    ) -> None:
        self._table = table
        self._today = today
        self._maker = Maker(file_bytes)
        self._catalogue = Catalogue(table)
        self._recorded = recorded
        self._unfolds = False
        # Programmes that a token no longer opens, because a test took them away.
        self.withdrawn: dict[str, frozenset[str]] = {}
        self.keywords: Mapping[str, pa.Table] = KeywordTables(self._catalogue, recorded.keywords)

    @property
    def today(self) -> date:
        return self._today

    @today.setter
    def today(self, day: date) -> None:
        self._today = day
        for known in ("observations", "exclusive_programs", "_unfolded"):
            self.__dict__.pop(known, None)

    @property
    def unfolds(self) -> bool:
        """Whether only what the archive had by today is there (`unfolding`)."""
        return self._unfolds

    @unfolds.setter
    def unfolds(self, does: bool) -> None:
        self._unfolds = does
        self.today = self._today

    @cached_property
    def _unfolded(self) -> Unfolded:
        return Unfolded(self._table, self.keywords, mjd_of(self._today))

    def keyword_table(self, service: str) -> pa.Table:
        """The keyword rows that are there today."""
        return self._unfolded.keywords(service) if self._unfolds else self.keywords[service]

    @cached_property
    def observations(self) -> pa.Table:
        """CAOM rows with dataRights as of today; rows without a release date keep what they say."""
        table = self._unfolded.observations if self._unfolds else self._table
        release = table["t_obs_release"]
        dated = pc.if_else(is_greater(release, mjd_of(self._today)), pa.scalar(EXCLUSIVE), pa.scalar(PUBLIC))
        rights = pc.if_else(pc.is_null(release), table["dataRights"], dated)
        return table.set_column(table.schema.get_field_index("dataRights"), "dataRights", rights)

    @cached_property
    def exclusive_programs(self) -> list[str]:
        """Programme ids with files that are exclusive today, sorted as numbers."""
        late = is_greater(self._table["t_obs_release"], mjd_of(self._today))
        programs = {program for program in texts(self._table["proposal_id"].filter(late)) if program}
        return sorted(programs, key=lambda program: (len(program), program))

    @property
    def repairs(self) -> Mapping[str, int]:
        """How many recorded rows each rule of repair.py changed."""
        return self._recorded.repairs

    @cached_property
    def names(self) -> Names:
        """Where names lie: OpenNGC's, then the fixed targets of the rows."""
        return Names.of_targets(self._table)

    def product_rows(self, obsid: int) -> list[dict[str, object]]:
        """Mast.Caom.Products' rows of one observation, duplicates included; unknown or planned: none."""
        if self._unfolds and obsid not in self._unfolded.obsids:
            return []
        if obsid in self._recorded.lists:
            return self._recorded_lists(obsid, self._today, self._maker.replacements)
        row = self._catalogue.row_of(obsid)
        if row is None:
            return []
        observation, lines = self._catalogue.listed(row)
        return [self._row(observation, line) for line in lines] or self._link_row(observation)

    def product(self, uri: str) -> Product | None:
        """The file of a dataURI, None where there is none."""
        filename = uri.rpartition("/")[2]
        if (record := self._recorded.files.get(uri)) is not None:
            observation = self._observation_of(record)
            return self._maker.named(observation, uri, str(record["obs_id"]), self._recorded.members(record))
        if (sensing := wavefront_observation(filename)) is not None:
            is_it = uri == uri_of(sensing, filename)
            return self._maker.named(sensing, uri, sensing.obs_id) if is_it else None
        found = self._catalogue.find(filename)
        if found is not None and uri == uri_of(found[0], filename):
            return self._maker.listed(*found, uri)
        return self._unlisted(uri)

    def replace(self, uri: str) -> bool:
        """Reprocess a product: same name, new bytes and size, a later date. False: no such product."""
        if self.product(uri) is None:
            return False
        self._maker.replace(uri, self._today)
        return True

    def keyword_page(
        self, service: str, row_numbers: Sequence[int], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """These rows of a keyword table with fileSize, checksum (MD5) and isRestricted of the body as served.

        With `columns` only those are returned, and what is not asked for is not computed: checksums of 10,000
        rows take seconds.
        """
        return served_page(
            self.keyword_table(service), row_numbers, columns, self._products_of_rows, mjd_of(self._today)
        )

    def _products_of_rows(self, uris: Sequence[str]) -> list[Product | None]:
        """Many at once, by the row each file name is of; the others one by one."""
        rows = [self._catalogue.row_named(uri.rpartition("/")[2].rpartition("_")[0]) for uri in uris]
        known = [row for row in rows if row is not None]
        observations = dict(zip(known, self._catalogue.observations(known), strict=True))
        return [
            self.product(uri)
            if row is None or uri in self._recorded.files
            else self._maker.named(observations[row], uri, observations[row].obs_id)
            for uri, row in zip(uris, rows, strict=True)
        ]

    def _unlisted(self, uri: str) -> Product | None:
        """A file that no list has but a row names: its dataURL, or its keyword row."""
        row = self._catalogue.row_of_data_url(uri)
        if row is None and uri in self._recorded.keyword_uris:
            row = self._catalogue.row_named(uri.rpartition("/")[2].rpartition("_")[0])
        if row is None or not uri.startswith("mast:"):
            return None
        observation = self._catalogue.observation(row)
        return self._maker.named(observation, uri, observation.obs_id)

    def _observation_of(self, record: Mapping[str, object]) -> Observation:
        """The observation a recorded product line belongs to: its own row, else its parent's."""
        for name in ("obsID", "parent_obsid"):
            row = self._catalogue.row_of(int(str(record[name] or 0)))
            if row is not None:
                return self._catalogue.observation(row)
        return self._recorded.stranger(record)

    @cached_property
    def _recorded_lists(self) -> Callable[[int, date, int], list[dict[str, object]]]:
        """`_recorded_list`, remembered for the next page while the day and all files are the same."""
        return lru_cache(4)(lambda obsid, today, replacements: self._recorded_list(obsid))

    def _recorded_list(self, obsid: int) -> list[dict[str, object]]:
        """As recorded; the file that dataURL names is added where the record lacks it."""
        rows = [self._recorded_row(record) for record in self._recorded.lists[obsid]]
        row = self._catalogue.row_of(obsid)
        if row is None:
            return rows
        observation, lines = self._catalogue.listed(row)
        listed = {entry["productFilename"] for entry in rows}
        main = observation.data_url.rpartition("/")[2]
        return rows + [
            self._row(observation, line)
            for line in lines
            if line.filename == main and line.filename not in listed
        ]

    def _recorded_row(self, record: dict[str, object]) -> dict[str, object]:
        uri = str(record["dataURI"])
        product = self.product(uri)
        if product is None:
            return record
        rights = EXCLUSIVE if product.is_exclusive(self._today) else PUBLIC
        return {**record, "size": product.size_bytes, "dataRights": rights}

    def _link_row(self, observation: Observation) -> list[dict[str, object]]:
        line, uri = linked(observation), observation.data_url
        return [product_row(observation, line, uri, self.product(uri), self._today)] if line else []

    def _row(self, observation: Observation, line: Listed) -> dict[str, object]:
        uri = uri_of(observation, line.filename)
        product = self._maker.listed(observation, line, uri)
        return product_row(observation, line, uri, product, self._today)


def load(folder: Path | None, *, today: date | None, scale: int | None, file_bytes: int | None) -> Holdings:
    """The built-in holdings, or those of a folder of recorded tables; None takes the default."""
    day, typical_bytes = today or DEFAULT_TODAY, file_bytes or DEFAULT_FILE_BYTES
    if folder is None:
        return Holdings(built_in(scale or DEFAULT_SCALE), today=day, file_bytes=typical_bytes)
    table, recorded = open_folder(folder)
    return Holdings(table, recorded, today=day, file_bytes=typical_bytes)
