"""One dataURI to one verified file: retries, resumption, size, and who sees the token."""

import hashlib
import time
import zlib

import pytest

from mastportal.mast import transfer
from mastportal.mast.connection import Archive
from mastportal.mast.errors import NotFound, Refused, TimedOut, Unavailable, Unreachable
from tests.mast.byte_server import status
from tests.mast.fits_bodies import fits_body
from tests.mast.transferred import BODY, URI, ranges


def test_a_file_arrives_with_its_digests(server, fetch, tmp_path):
    got = fetch(expected_size_bytes=len(BODY), expected_md5=hashlib.md5(BODY).hexdigest())
    assert (tmp_path / "key").read_bytes() == BODY
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()
    assert (got.size_bytes, got.crc32, got.etag) == (len(BODY), zlib.crc32(BODY), '"v1"')
    assert got.was_public


def test_it_is_one_get_without_a_head_that_names_us(server, fetch):
    fetch()
    assert [(seen.method, seen.uri) for seen in server.seen] == [("GET", URI)]
    assert server.seen[0].headers["User-Agent"] == "portal-tests/1"
    assert server.seen[0].headers["Accept-Encoding"] == "identity"


def test_an_older_file_at_the_destination_is_replaced_never_continued(server, fetch, tmp_path):
    (tmp_path / "key").write_bytes(b"older and longer" * 9000)
    fetch()
    assert (tmp_path / "key").read_bytes() == BODY


def test_progress_is_told_from_the_start_to_the_end(server, fetch):
    told = []
    fetch(on_progress=told.append)
    assert told[0] == 0
    assert told[-1] == len(BODY)
    assert told == sorted(told)


def test_what_progress_raises_ends_the_transfer(server, fetch, tmp_path):
    def lost(_count: int) -> None:
        raise RuntimeError("the lease is gone")

    with pytest.raises(RuntimeError):
        fetch(on_progress=lost)
    assert list(tmp_path.iterdir()) == []


def test_unavailable_is_tried_again_a_few_times_and_then_said(server, fetch):
    server.script = [status(500)] * 9
    with pytest.raises(Unavailable, match=r"could not send jw01_cal\.fits"):
        fetch()
    assert len(server.seen) == transfer.ATTEMPTS


@pytest.mark.parametrize(("code", "error"), [(401, Refused), (403, Refused), (404, NotFound)])
def test_a_clear_no_is_not_asked_again(server, fetch, code, error):
    server.script = [status(code)] * 3
    with pytest.raises(error):
        fetch()
    assert len(server.seen) == 1


def test_the_archives_own_waiting_time_is_kept(server, fetch):
    server.script = [status(503, Retry_After="1")]
    began = time.monotonic()
    fetch()
    assert time.monotonic() - began >= 1


def test_a_silent_server_is_given_up(server, fetch):
    server.script = [lambda answering: answering.rfile.read(1)]
    with pytest.raises(TimedOut):
        fetch(stall_s=0.2, attempts=1)


@pytest.mark.parametrize("nowhere", ["http://127.0.0.1:9", "http://no-such-host.invalid"])
def test_a_host_that_cannot_be_reached_is_said(tmp_path, nowhere):
    with pytest.raises(Unreachable):
        transfer.fetch(Archive(nowhere, "t"), URI, tmp_path / "key", attempts=1)


def test_a_connection_that_is_closed_without_an_answer_was_one(server, fetch):
    server.script = [lambda answering: setattr(answering, "close_connection", True)]
    with pytest.raises(Unavailable, match="connection to the archive broke") as caught:
        fetch(attempts=1)
    assert not isinstance(caught.value, Unreachable)


def test_another_length_than_listed_is_said_before_the_body_comes(server, fetch):
    with pytest.raises(transfer.SizeDiffers) as caught:
        fetch(expected_size_bytes=17)
    assert caught.value.size_bytes == len(BODY)
    assert len(server.seen) == 1


def test_a_listed_size_that_is_only_advice_gives_way_to_the_archives_own(server, fetch):
    assert fetch(expected_size_bytes=17, size_is_advice=True).size_bytes == len(BODY)
    assert len(server.seen) == 1


def test_a_short_file_without_a_length_is_caught_by_the_listed_size(server, fetch, tmp_path):
    def no_length(answering):
        answering.send_response(200)
        answering.send_header("Connection", "close")
        answering.end_headers()
        answering.wfile.write(BODY[:2880])
        answering.close_connection = True

    server.script = [no_length]
    fetch(expected_size_bytes=len(BODY))
    assert (tmp_path / "key").read_bytes() == BODY


def test_a_wrong_md5_is_fetched_anew_from_the_start(server, fetch):
    other = fits_body(seed=3)
    server.script = [lambda answering: answering.send(200, other, ETag='"v1"')]
    fetch(expected_md5=hashlib.md5(BODY).hexdigest())
    assert ranges(server) == ["", ""]


def test_a_file_that_is_broken_at_the_archive_is_not_fetched_for_ever(server, fetch):
    server.files[URI] = BODY[:-7]
    with pytest.raises(transfer.StaysBroken, match="multiple of 2880"):
        fetch(attempts=9)
    assert ranges(server) == [""] * transfer.SAME_BROKEN_COPIES


def test_a_server_that_only_drips_is_given_up(server, fetch):
    def drip(answering):
        answering.serve(cut_at=0)
        for _ in range(40):
            answering.wfile.write(b"S")
            time.sleep(0.05)

    server.script = [drip]
    with pytest.raises(TimedOut, match="next to nothing"):
        fetch(stall_s=0.3, attempts=1)
