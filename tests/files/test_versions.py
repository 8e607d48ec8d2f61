"""What tells one version from another: the keyword service's words, the header's own, the bytes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.files.models import StoredFile
from mastportal.files.versions import Change, Told, Version, differences, moment

MD5, OTHER_MD5 = "0" * 32, "1" * 32
OLD = Version("a", 100, "2026-01-01", "1.19.0", "jwst_1400.pmap")
NEW = Version("b", 100, "2026-02-01", "1.20.0", "jwst_1464.pmap")


def stored(**facts: object) -> StoredFile:
    return StoredFile(**{"size_bytes": 10, "cal_ver": "1.20.0", "crds_ctx": "jwst_1464.pmap"} | facts)


@pytest.mark.parametrize(
    ("told", "file", "agrees"),
    [
        (Told(MD5, 10), stored(archive_md5=MD5, cal_ver="else"), True),
        (Told(OTHER_MD5, 10, "1.20.0", "jwst_1464.pmap"), stored(archive_md5=MD5), False),
        (Told(MD5, 10, "1.20.0", "jwst_1464.pmap"), stored(), True),
        (Told(MD5, 11, "1.20.0", "jwst_1464.pmap"), stored(), False),
        (Told(MD5, 10, "1.21.0", "jwst_1464.pmap"), stored(), False),
        (Told(MD5, 10, "1.20.0", "jwst_1500.pmap"), stored(), False),
        (Told(MD5, 10), stored(cal_ver="", crds_ctx=""), False),
    ],
    ids=["md5", "other-md5", "words", "length", "software", "context", "length-alone"],
)
def test_a_keyword_row_agrees_with_a_stored_file(told, file, agrees):
    assert told.agrees_with(file) is agrees


def test_differences_name_what_was_reprocessed():
    found = differences({"kept": OLD, "gone": OLD, "anew": OLD}, {"kept": OLD, "anew": NEW, "added": NEW})
    assert [(each.uri, each.change) for each in found] == [
        ("added", Change.NEW),
        ("anew", Change.REPROCESSED),
        ("gone", Change.GONE),
        ("kept", Change.SAME),
    ]
    assert found[1].changed == {
        "sha256": ("a", "b"),
        "date": ("2026-01-01", "2026-02-01"),
        "cal_ver": ("1.19.0", "1.20.0"),
        "crds_ctx": ("jwst_1400.pmap", "jwst_1464.pmap"),
    }
    assert all(not each.changed for each in found if each.change != Change.REPROCESSED)


LISTS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([OLD, NEW]))


@given(LISTS, LISTS)
def test_differences_turned_round_are_the_opposite(old, new):
    opposite = {Change.NEW: Change.GONE, Change.GONE: Change.NEW}
    forth, back = differences(old, new), differences(new, old)
    assert [(each.uri, opposite.get(each.change, each.change)) for each in forth] == [
        (each.uri, each.change) for each in back
    ]
    assert {each.uri for each in forth} == {*old, *new}
    assert all(each.change == Change.SAME for each in differences(old, old))


def test_dates_of_headers():
    assert moment("Sat, 22 Aug 2026 00:00:01 GMT") == datetime(2026, 8, 22, 0, 0, 1, tzinfo=UTC)
    assert moment("") is moment("tomorrow") is moment("Sat, 22 Aug 2026 00:00:01 -0000") is None
