"""Single files: HEAD, GET, ranges, conditions, and what is not there."""

from typing import Any

import pytest

from mastportal.sandbox.downloads import parse_range
from tests.sandbox.asking import Asking


@pytest.fixture
def uri(public_product: dict[str, Any]) -> str:
    return str(public_product["dataURI"])


def test_head_tells_what_get_sends(asking: Asking, uri: str) -> None:
    head, get = asking.file(uri, "HEAD"), asking.file(uri)
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges"):
        assert head.headers[name] == get.headers[name]
    assert int(head.headers["content-length"]) == len(get.content)


def test_size_is_that_of_the_product_list(asking: Asking, public_product: dict[str, Any]) -> None:
    rows = asking.products(public_product["parent_obsid"])[:6]
    for row in rows:
        assert len(asking.file(row["dataURI"]).content) == row["size"]


@pytest.mark.parametrize("asked", ["bytes=0-0", "bytes=10-19", "bytes=100-", "bytes=-7", "bytes=5-99999999"])
def test_ranges(asking: Asking, uri: str, asked: str) -> None:
    body = asking.file(uri).content
    start, stop = parse_range(asked, len(body)) or (0, 0)
    part = asking.file(uri, Range=asked)
    assert part.status_code == 206
    assert part.content == body[start:stop]
    assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(body)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=9-2", "bytes=a-b", "bytes="])
def test_ranges_that_are_none_bring_the_whole(asking: Asking, uri: str, asked: str) -> None:
    assert asking.file(uri, Range=asked).status_code == 200


def test_a_range_past_the_end(asking: Asking, uri: str) -> None:
    size = int(asking.file(uri, "HEAD").headers["content-length"])
    answer = asking.file(uri, Range=f"bytes={size}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_if_range(asking: Asking, uri: str) -> None:
    head = asking.file(uri, "HEAD").headers
    for condition, status in (
        (head["etag"], 206), ('"another"', 200), ("W/" + head["etag"], 200),
        (head["last-modified"], 206), ("Mon, 01 Jan 2001 00:00:00 GMT", 200), ("rubbish", 200),
    ):  # fmt: skip
        assert asking.file(uri, Range="bytes=0-9", If_Range=condition).status_code == status, condition


def test_a_resumed_download_after_reprocessing_starts_again(
    asking: Asking, replaced_product: dict[str, Any]
) -> None:
    uri = replaced_product["dataURI"]
    tag = asking.file(uri, "HEAD").headers["etag"]
    asking.http.post("/_sandbox/replace", json={"uri": uri})
    assert asking.file(uri, Range="bytes=10-", If_Range=tag).status_code == 200


def test_what_is_not_there(asking: Asking) -> None:
    assert asking.file("mast:JWST/product/no_such_file.fits").status_code == 404
    assert asking.file("").status_code == 400
    assert asking.http.get("/nowhere").status_code == 404


def test_other_spellings_of_the_address(asking: Asking, uri: str) -> None:
    for path in ("/jwst/api/v0.1/Download/file", "/portal_jwst/Download/file", "/api/v0.1/download/file/"):
        assert asking.http.head(path, params={"uri": uri, "bundle_name": "MAST_x.sh"}).status_code == 200
    assert asking.http.post("/api/v0.1/Download/file", data={"uri": uri}).status_code == 200


def test_the_address_as_astroquery_writes_it(asking: Asking, uri: str) -> None:
    assert asking.http.head(f"/api/v0.1/Download/file?uri={uri}").status_code == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [("bytes=0-4", (0, 5)), ("bytes=8-", (8, 10)), ("bytes=-3", (7, 10)), ("bytes=-30", (0, 10)),
     ("bytes=-0", (10, 10)), ("bytes=10-", (10, 10)), ("", None), ("bytes", None)],
)  # fmt: skip
def test_reading_ranges(text: str, expected: tuple[int, int] | None) -> None:
    assert parse_range(text, 10) == expected
