"""The newest words of the keyword service on a file's version are kept, and nothing strange in them."""

from datetime import timedelta

import pyarrow as pa
import pytest
from django.utils import timezone

from mastportal.search import listed
from mastportal.search.keyword_facts import facts_of
from mastportal.search.models import KeywordFacts

pytestmark = pytest.mark.django_db
URI = "mast:JWST/product/jw01176_cal.fits"
MD5 = "988f90cad25ebfcae20481d6d7aa35e1"


def row(uri: str | None = URI, **facts: object) -> pa.Table:
    told = {"checksum": MD5, "fileSize": 10, "cal_ver": "1.20.0", "crds_ctx": "jwst_1464.pmap"} | facts
    return pa.Table.from_pylist(
        [{"dataURI": uri, **told}],
        schema=pa.schema(
            [
                *[(n, pa.string()) for n in ("dataURI", "checksum")],
                ("fileSize", pa.int64()),
                ("cal_ver", pa.string()),
                ("crds_ctx", pa.string()),
            ]
        ),
    )


def told(uri: str = URI) -> dict[str, object]:
    facts = facts_of([uri, "mast:JWST/product/none.fits"])
    return {name: value for name, value in facts[uri].items() if name != "at"}


def test_what_a_keyword_row_says_is_kept_with_its_time() -> None:
    before = timezone.now() - timedelta(seconds=5)
    listed.note(row())
    assert told() == {"md5": MD5, "size_bytes": 10, "cal_ver": "1.20.0", "crds_ctx": "jwst_1464.pmap"}
    assert facts_of([URI])[URI]["at"] > before
    assert listed.is_listed(URI)


def test_newer_words_replace_older_ones() -> None:
    listed.note(row())
    listed.note(row(fileSize=11, checksum=None, cal_ver="1.21.0"))
    assert told() == {"md5": "", "size_bytes": 11, "cal_ver": "1.21.0", "crds_ctx": "jwst_1464.pmap"}


def test_the_same_words_are_dated_anew_after_a_while() -> None:
    listed.note(row())
    long_ago = timezone.now() - timedelta(hours=1)
    KeywordFacts.objects.update(at=long_ago)
    listed.note(row())
    assert facts_of([URI])[URI]["at"] > long_ago
    at = facts_of([URI])[URI]["at"]
    listed.note(row())
    assert facts_of([URI])[URI]["at"] == at


def test_strange_words_do_no_harm() -> None:
    listed.note(row(checksum="<b>" * 40_000, cal_ver="1.2\x00\n" + "x" * 100_000, crds_ctx=None))
    kept = told()
    assert kept["md5"] == kept["crds_ctx"] == ""
    assert str(kept["cal_ver"]).startswith("1.2x")
    assert len(str(kept["cal_ver"])) == 60


def test_product_lists_tell_no_version() -> None:
    listed.note(pa.table({"dataURI": [URI], "size": [10]}))
    listed.note(row(None))
    assert facts_of([URI]) == {}
