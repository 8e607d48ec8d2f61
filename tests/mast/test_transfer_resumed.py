"""A transfer that broke goes on where it broke, or starts again where it is not the same file for sure."""

import pytest

from tests.mast.byte_server import cut
from tests.mast.fits_bodies import fits_body
from tests.mast.transferred import BODY, URI, ranges


def test_a_broken_connection_is_continued_where_it_broke(server, fetch, tmp_path):
    server.script = [cut(3000), cut(4000)]
    fetch()
    assert (tmp_path / "key").read_bytes() == BODY
    assert ranges(server) == ["", "bytes=3000-", "bytes=7000-"]
    assert server.seen[1].headers["If-Range"] == '"v1"'


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_validator_it_starts_again(server, fetch, tmp_path, etag):
    server.etags[URI] = etag
    server.script = [cut(3000)]
    fetch()
    assert ranges(server) == ["", ""]
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_last_modified_date_will_do_as_validator(server, fetch, tmp_path):
    server.etags[URI] = ""
    date = "Mon, 23 Nov 2026 10:00:00 GMT"
    server.script = [
        cut(3000, Last_Modified=date),
        lambda answering: answering.send(
            206, BODY[3000:], Content_Range=f"bytes 3000-{len(BODY) - 1}/{len(BODY)}", Last_Modified=date
        ),
    ]
    assert fetch().last_modified == date
    assert ranges(server) == ["", "bytes=3000-"]
    assert (tmp_path / "key").read_bytes() == BODY


def test_the_whole_file_in_answer_to_a_range_starts_again(server, fetch, tmp_path):
    server.script = [cut(3000), lambda answering: answering.send(200, BODY, ETag='"v1"')]
    fetch()
    assert (tmp_path / "key").read_bytes() == BODY
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    "content_range",
    [f"bytes 2999-{len(BODY) - 1}/{len(BODY)}", f"bytes 3000-3999/{len(BODY)}", "bytes 3000-9/9", "rubbish"],
)
def test_a_wrong_content_range_starts_again(server, fetch, tmp_path, content_range):
    wrong = BODY[3000:]
    server.script = [
        cut(3000),
        lambda answering: answering.send(206, wrong, Content_Range=content_range, ETag='"v1"'),
    ]
    fetch()
    assert (tmp_path / "key").read_bytes() == BODY
    assert ranges(server) == ["", "bytes=3000-", ""]


def test_a_product_replaced_in_the_middle_is_never_a_mixture(server, fetch, tmp_path):
    newer = fits_body(seed=2)

    def replaced(answering):
        server.files[URI], server.etags[URI] = newer, '"v2"'
        answering.serve()

    server.script = [cut(3000), replaced]
    assert fetch().etag == '"v2"'
    assert (tmp_path / "key").read_bytes() == newer


def test_a_206_with_another_etag_starts_again(server, fetch, tmp_path):
    newer = fits_body(seed=2)

    def careless(answering):
        server.files[URI], server.etags[URI] = newer, '"v2"'
        total = len(newer)
        answering.send(206, newer[3000:], Content_Range=f"bytes 3000-{total - 1}/{total}", ETag='"v2"')

    server.script = [cut(3000), careless]
    fetch()
    assert (tmp_path / "key").read_bytes() == newer
