"""Arrow values in PostgreSQL: what goes in comes out, and damage is noticed."""

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.db import connection

from mastportal.search import keep
from mastportal.search.models import ProductList, ResultChunk, ResultSet, Search

TABLE = pa.table(
    {
        "name": pa.array(["VV 191", None, ""]),
        "level": pa.array([3, -1, None], pa.int64()),
        "t_min": pa.array([59000.5, None, float("nan")]),
        "moving": pa.array([True, None, False]),
        "mission": pa.array(["JWST", "HST", None]).dictionary_encode(),
    },
    metadata={"key": "name"},
)


@pytest.fixture
def result(alice: User) -> ResultSet:
    search = Search.objects.create(fingerprint="f", collection="programs", criteria={}, words="w")
    return ResultSet.objects.create(search=search)


def damage(result: ResultSet, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE search_resultchunk SET arrow = {statement} WHERE result_id = %s", [result.pk])


def test_a_table_comes_back_as_it_was() -> None:
    back = keep.unpack(keep.pack(TABLE))
    assert back.schema.equals(TABLE.schema, check_metadata=True)
    assert repr(back.to_pylist()) == repr(TABLE.to_pylist())


def test_an_empty_table_keeps_its_columns() -> None:
    back = keep.unpack(keep.pack(TABLE.schema.empty_table()))
    assert (back.num_rows, back.schema) == (0, TABLE.schema)


@pytest.mark.parametrize("cut", [0, 3, 4, 50, -1])
def test_a_cut_value_is_noticed(cut: int) -> None:
    with pytest.raises(keep.BrokenValue):
        keep.unpack(keep.pack(TABLE)[:cut])


def test_every_flipped_byte_is_noticed() -> None:
    whole = keep.pack(TABLE)
    for place in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        with pytest.raises(keep.BrokenValue):
            keep.unpack(bytes(flipped))


def test_a_rightly_signed_stranger_is_noticed() -> None:
    stranger = b"no Arrow at all"
    with pytest.raises(keep.BrokenValue):
        keep.unpack(stranger + keep._CHECK.pack(keep.zlib.crc32(stranger)))


def test_chunks_come_back_in_their_order(result: ResultSet) -> None:
    for n in (2, 0, 1):
        keep.write_chunk(result.pk, n, pa.table({"n": [n] * (n + 1)}))
    assert keep.read_table(result.pk, 6)["n"].to_pylist() == [0, 1, 1, 2, 2, 2]


def test_a_missing_chunk_is_noticed(result: ResultSet) -> None:
    keep.write_chunk(result.pk, 0, TABLE)
    keep.write_chunk(result.pk, 1, TABLE)
    ResultChunk.objects.filter(n=1).delete()
    with pytest.raises(keep.BrokenValue, match="3 rows of 6"):
        keep.read_table(result.pk, 6)


def test_no_chunk_at_all_is_noticed(result: ResultSet) -> None:
    with pytest.raises(keep.BrokenValue):
        keep.read_table(result.pk, 0)


@pytest.mark.parametrize(
    "statement", ["''", "'rubbish'", "substring(arrow for 100)", "set_byte(arrow, 90, 7)"]
)
def test_a_damaged_row_is_noticed(result: ResultSet, statement: str) -> None:
    keep.write_chunk(result.pk, 0, TABLE)
    damage(result, statement)
    with pytest.raises(keep.BrokenValue):
        keep.read_table(result.pk, 3)


def test_values_are_stored_as_they_are(result: ResultSet) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attrelid::regclass::text, attstorage::text FROM pg_attribute WHERE attname = 'arrow'"
            " AND attrelid IN ('search_resultchunk'::regclass, 'search_productlist'::regclass)"
        )
        assert dict(cursor.fetchall()) == {"search_resultchunk": "e", "search_productlist": "e"}


def test_product_lists_come_back_by_observation(db: None) -> None:
    for obsid in ("1", "2", "3"):
        row = ProductList.objects.create(obsid=obsid)
        if obsid != "2":
            keep.write_products(row.pk, TABLE.slice(int(obsid) - 1))
    found = dict(keep.read_products(["1", "2", "3", "4"]))
    assert {obsid: table.num_rows for obsid, table in found.items()} == {"1": 3, "3": 1}
