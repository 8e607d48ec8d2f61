"""Tables as Parquet, handed on row group by row group; imports neither Django nor the archive client."""

from collections.abc import Iterator
from io import RawIOBase
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from mastportal.tables.votable import without_data

ROW_GROUP_ROWS = 50_000
_VOTABLE = b"IVOA.VOTable-Parquet."


class _Outflow(RawIOBase):
    """A file that only flows out: keeps what was written since it was last taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, piece: Any) -> int:
        content = bytes(piece)
        self._pieces.append(content)
        self._position += len(content)
        return len(content)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def chunks(table: pa.Table) -> Iterator[bytes]:
    """The table with its column metadata, zstd inside.

    Units and UCDs are also there as a VOTable without rows, where TOPCAT and astropy look for them (the IVOA
    note "Parquet in the VO" 1.0).
    """
    sink = _Outflow()
    described = {_VOTABLE + b"version": b"1.0", _VOTABLE + b"content": without_data(table).encode()}
    schema = table.schema.with_metadata((table.schema.metadata or {}) | described)
    with pq.ParquetWriter(cast(IO[Any], sink), schema, compression="zstd") as writer:
        for start in range(0, max(table.num_rows, 1), ROW_GROUP_ROWS):
            part = table.slice(start, ROW_GROUP_ROWS)
            writer.write_table(part.replace_schema_metadata(schema.metadata))
            yield sink.take()
    yield sink.take()
