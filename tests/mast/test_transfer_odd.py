"""Servers that break the rules in the middle of a file, what the gate sees of a transfer, and its memory."""

import gzip
import hashlib
import tracemalloc
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mastportal.mast import transfer
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.download import PROGRESS_BYTES
from mastportal.mast.errors import ArchiveRests
from mastportal.mast.traffic import Kind, OpenGate, Unwatched
from tests.mast.byte_server import cut, serving, status
from tests.mast.fits_bodies import fits_body

URI = "mast:JWST/product/jw01_cal.fits"
BODY = fits_body(checksum=True)
HTML = b"<!DOCTYPE html><title>Down</title>"


@pytest.fixture
def server():
    with serving() as server:
        server.files[URI] = BODY
        yield server


class Watching:
    """A gate that lets everything through, and notes when somebody is inside."""

    def __init__(self, *rests_s):
        self.inside, self.seen, self.rests_s = False, [], list(rests_s)

    @contextmanager
    def exchange(self, host, kind, subject, *, patience_s, beat):
        if self.rests_s and (after_s := self.rests_s.pop(0)):
            raise ArchiveRests("It rests.", after_s)
        self.seen.append((host, kind, subject))
        self.inside = True
        try:
            yield Unwatched()
        finally:
            self.inside = False


@pytest.fixture
def fetch(server, tmp_path):
    def run(gate=None, **options):
        archive = Archive(server.url, "t", 2, 2, poll_s=0.02, gate=gate or OpenGate())
        return transfer.fetch(archive, URI, tmp_path / "key", **options)

    return run


def ranges(server):
    return [seen.range for seen in server.seen]


def answer(code, body, **headers):
    return lambda answering: answering.send(code, body, **headers)


def test_the_same_etag_with_another_length_starts_again(server, fetch, tmp_path):
    total = len(BODY) + 2880
    longer = answer(
        206, BODY[3000:] + bytes(2880), Content_Range=f"bytes 3000-{total - 1}/{total}", ETag='"v1"'
    )
    server.script = [cut(3000), longer]
    fetch()
    assert ranges(server) == ["", "bytes=3000-", ""]
    assert (tmp_path / "key").read_bytes() == BODY


@pytest.mark.parametrize(
    "odd",
    [
        answer(200, HTML, Content_Type="text/html; charset=utf-8"),
        answer(200, gzip.compress(BODY), Content_Encoding="gzip"),
        answer(206, BODY[5:], Content_Range=f"bytes 5-{len(BODY) - 1}/{len(BODY)}"),
        answer(416, b""),
        answer(503, b"", Retry_After="Mon, 23 Nov 2020 10:00:00 GMT"),
        answer(503, b"", Retry_After="soon"),
        answer(503, b"", Retry_After="\u00b2"),
        answer(503, b"", Retry_After="Mon, 23 Nov 99999999999999999999 10:00:00 GMT"),
        answer(302, b"", Location="http://[nowhere/x"),
        answer(302, b"", Location="http://[::x/x"),
    ],
    ids=[
        *("html", "packed", "unasked-part", "range-not-satisfiable", "past-date", "no-date"),
        *("no-number", "no-year", "no-host", "no-address"),
    ],
)
def test_an_answer_that_is_not_the_file_is_asked_for_again(server, fetch, tmp_path, odd):
    server.script = [odd]
    fetch()
    assert ranges(server) == ["", ""]
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_length_that_is_none_is_not_believed(server, fetch, tmp_path):
    server.script = [answer(200, BODY, Content_Length="\u00b2", Connection="close")]
    fetch()
    assert ranges(server) == [""]
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_part_that_there_is_none_of_starts_again(server, fetch, tmp_path):
    server.script = [cut(3000), answer(416, b"")]
    fetch()
    assert ranges(server) == ["", "bytes=3000-", ""]
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_date_beside_a_weak_tag_is_no_validator(server, fetch, tmp_path):
    server.script = [cut(3000, etag='W/"weak"', Last_Modified="Mon, 23 Nov 2026 10:00:00 GMT")]
    fetch()
    assert ranges(server) == ["", ""]
    assert (tmp_path / "key").read_bytes() == BODY


def test_progress_is_told_while_the_file_is_checked(server, fetch):
    gate, told = Watching(), []
    fetch(gate, on_progress=lambda count: told.append((count, gate.inside)))
    assert told.count((len(BODY), False)) > 1


def test_a_web_page_instead_of_the_rest_costs_nothing_that_came(server, fetch, tmp_path):
    server.script = [cut(3000), answer(200, HTML, Content_Type="text/html")]
    fetch()
    assert ranges(server) == ["", "bytes=3000-", "bytes=3000-"]
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_flipped_bit_is_seen_by_the_files_own_sums(server, fetch, tmp_path):
    flipped = bytearray(BODY)
    flipped[len(BODY) // 2] ^= 4
    server.script = [answer(200, bytes(flipped), ETag='"v1"')]
    fetch()
    assert ranges(server) == ["", ""]
    assert (tmp_path / "key").read_bytes() == BODY


def test_chunks_that_break_off_are_no_whole_file(server, fetch, tmp_path):
    def chunked(answering):
        answering.send_response(200)
        answering.send_header("Transfer-Encoding", "chunked")
        answering.end_headers()
        answering.wfile.write(b"b40\r\n" + BODY[:2880] + b"\r\nb40\r\nnot")
        answering.close_connection = True

    server.script = [chunked]
    fetch()
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_moment_far_away_is_waited_for_elsewhere(server, fetch):
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    server.script = [status(429, Retry_After=later)]
    with pytest.raises(ArchiveRests) as caught:
        fetch()
    assert 500 < caught.value.after_s <= 600


def test_tokens_do_not_share_a_connection(server, fetch):
    for credential in (Credential("a"), Credential("b"), None, None):
        fetch(credential=credential)
    first, second, third, fourth = (seen.connection for seen in server.seen)
    assert len({first, second, third}) == 3
    assert third == fourth


def test_the_connection_is_free_again_before_the_file_is_checked(server, fetch):
    gate, checking = Watching(), []

    def checked(copy):
        checking.append(gate.inside)
        return False

    fetch(gate, expected_md5="0" * 32, md5_applies=checked)
    assert checking == [False]
    assert gate.seen == [(server.url.removeprefix("http://"), Kind.BYTES, URI)]


def test_every_attempt_goes_through_the_gate_and_none_waits_inside(server, fetch):
    gate, inside = Watching(), []
    server.script = [status(500), status(500)]
    fetch(gate, on_progress=lambda count: inside.append((count, gate.inside)))
    assert len(gate.seen) == 3
    assert inside[:3] == [(0, False)] * 3


def test_rights_are_asked_about_as_checks(server):
    gate = Watching()
    transfer.may_fetch(Archive(server.url, "t", 2, 2, gate=gate), URI)
    assert [kind for _, kind, _ in gate.seen] == [Kind.CHECK]


def test_an_archive_that_rests_is_not_asked_again_at_once(server, fetch):
    gate = Watching(9, 9)
    with pytest.raises(ArchiveRests):
        fetch(gate)
    assert (gate.rests_s, server.seen) == ([9], [])


def test_much_that_came_is_kept_through_a_rest(server, fetch, tmp_path):
    body = server.files[URI] = fits_body(PROGRESS_BYTES // 3)
    half = PROGRESS_BYTES + 5
    server.script = [cut(half)]
    fetch(Watching(0, 0.1))
    assert ranges(server) == ["", f"bytes={half}-"]
    assert hashlib.sha256((tmp_path / "key").read_bytes()).digest() == hashlib.sha256(body).digest()


def test_memory_does_not_grow_with_the_file(server, fetch):
    block, blocks = bytes(2880 * 1000), 20
    header = fits_body(1)[:2880]
    total = len(header) + len(block) * blocks
    extension = b"".join(
        card.ljust(80)
        for card in (
            b"XTENSION= 'IMAGE   '",
            b"BITPIX  =                    8",
            b"NAXIS   =                    1",
            b"NAXIS1  = %20d" % (len(block) * blocks),
            b"END",
        )
    ).ljust(2880)

    def much(answering):
        answering.send(200, header + extension, Content_Length=str(total + len(extension)))
        for _ in range(blocks):
            answering.wfile.write(block)

    server.script = [much]
    tracemalloc.start()
    try:
        got = fetch()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert got.size_bytes == total + len(extension) > 50e6
    assert most < 16 << 20
