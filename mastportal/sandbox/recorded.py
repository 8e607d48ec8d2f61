"""What a folder of recorded tables adds to its observations: product lists, keyword rows. Knows no HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from .arrow import texts
from .observation import Observation, from_row

Record = dict[str, object]


@dataclass(frozen=True)
class Recorded:
    """`lists` holds the product rows by parent obsid, as recorded and with their duplicates."""

    lists: Mapping[int, list[Record]] = field(default_factory=dict)
    keywords: Mapping[str, pa.Table] = field(default_factory=dict)
    repairs: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def files(self) -> dict[str, Record]:
        """One row of each dataURI."""
        files: dict[str, Record] = {}
        for rows in self.lists.values():
            for row in rows:
                files.setdefault(str(row["dataURI"]), row)
        return files

    @cached_property
    def keyword_uris(self) -> frozenset[str]:
        return frozenset(uri for table in self.keywords.values() for uri in texts(table["dataURI"]))

    def members(self, record: Record) -> tuple[str, ...]:
        """The exposures that an association of this name joins, of those its parent's list names.

        Level 2 joins count rates of the observation it is of, level 3 what was calibrated.
        """
        name = str(record["productFilename"] or str(record["dataURI"]).rpartition("/")[2])
        if not name.endswith("_asn.json"):
            return ()
        level2 = name.split("_")[2:3] and name.split("_")[2].endswith("2")
        suffixes = ("rate",) if level2 else ("cal",)
        rows = self.lists[int(str(record["parent_obsid"]))]
        names = {str(row["productFilename"]): row["obs_id"] for row in rows}
        wanted = sorted(
            name
            for name in names
            if name.rpartition("_")[2] in {f"{suffix}.fits" for suffix in suffixes}
            and "-" not in name.split("_")[0]
            and "_gs-" not in name
        )
        own = [name for name in wanted if names[name] == record["obs_id"]]
        return tuple(own if level2 and own else wanted)

    @staticmethod
    def stranger(record: Mapping[str, object]) -> Observation:
        """What is known of a product whose observation is in no table."""
        return from_row({**record, "obsid": record["obsID"]})


NO_RECORDS = Recorded()
