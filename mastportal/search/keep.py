"""Owns the bytes of kept tables: Arrow IPC with zstd, in and out of PostgreSQL's `arrow` columns.

Django binds parameters into the text of a statement: a 90 MB value cost it 6.8 s and 687 MB. So these cursors
bind on the server and speak PostgreSQL's binary form. Knows no archive and asks nobody.
"""

import struct
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pyarrow as pa
from django.db import connection

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")
_CHECK = struct.Struct("<I")


class BrokenValue(Exception):
    """A kept value cannot be read back as the table it was."""


def pack(table: pa.Table) -> bytes:
    """The table as an Arrow IPC stream, with the stream's CRC-32 behind it."""
    sink = pa.BufferOutputStream()
    # One batch, so one dictionary per column.
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table.unify_dictionaries().combine_chunks())
    stream = sink.getvalue()
    return b"".join([memoryview(stream), _CHECK.pack(zlib.crc32(stream))])


def unpack(value: bytes) -> pa.Table:
    """The table of a packed value. Raises BrokenValue."""
    stream, check = memoryview(value)[: -_CHECK.size], value[-_CHECK.size :]
    # Arrow trusts the offsets it reads: a flipped byte must be found before it looks.
    if len(check) < _CHECK.size or check != _CHECK.pack(zlib.crc32(stream)):
        raise BrokenValue("the checksum does not fit")
    try:
        return pa.ipc.open_stream(pa.py_buffer(stream)).read_all()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BrokenValue(str(error)) from error


@contextmanager
def server_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor on Django's connection, in its transaction, that binds parameters on the server."""
    connection.ensure_connection()
    assert connection.connection is not None
    with psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def write_chunk(result_id: uuid.UUID, n: int, table: pa.Table) -> int:
    """Keep page `n` of a snapshot; gives the bytes it takes."""
    value = pack(table)
    with server_cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_resultchunk (result_id, n, row_count, arrow) VALUES (%s, %s, %s, %b)",
            (result_id, n, table.num_rows, value),
            prepare=False,
        )
    return len(value)


def read_chunks(result_id: uuid.UUID) -> Iterator[pa.Table]:
    """The pages of a snapshot in their order, one in memory at a time. Raises BrokenValue."""
    with server_cursor() as cursor:
        cursor.execute("SELECT n FROM search_resultchunk WHERE result_id = %s ORDER BY n", (result_id,))
        numbers = [row[0] for row in cursor.fetchall()]
        for n in numbers:
            cursor.execute(
                "SELECT arrow FROM search_resultchunk WHERE result_id = %s AND n = %s",
                (result_id, n),
                binary=True,
                prepare=False,
            )
            row = cursor.fetchone()
            if row is None:
                raise BrokenValue(f"chunk {n} is gone")
            yield unpack(row[0])


def read_table(result_id: uuid.UUID, row_count: int) -> pa.Table:
    """All rows of a snapshot. Raises BrokenValue when they are not all there or do not fit together."""
    tables = list(read_chunks(result_id))
    try:
        table = pa.concat_tables(tables)
    except (pa.ArrowException, ValueError) as error:
        raise BrokenValue(str(error)) from error
    if table.num_rows != row_count:
        raise BrokenValue(f"{table.num_rows} rows of {row_count} are there")
    return table


def write_products(list_id: int, table: pa.Table) -> None:
    """Keep an observation's product list; the row must be locked by the one who writes."""
    with server_cursor() as cursor:
        cursor.execute(
            "UPDATE search_productlist SET arrow = %b WHERE id = %s", (pack(table), list_id), prepare=False
        )


def read_products(obsids: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
    """Observation id and product table of those harvested. Raises BrokenValue naming the obsid."""
    with server_cursor() as cursor:
        cursor.execute(
            "SELECT obsid, arrow FROM search_productlist WHERE obsid = ANY(%s) AND arrow IS NOT NULL",
            (list(obsids),),
            binary=True,
            prepare=False,
        )
        for obsid, value in cursor:
            try:
                yield obsid, unpack(value)
            except BrokenValue as error:
                raise BrokenValue(obsid) from error
