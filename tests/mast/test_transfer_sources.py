"""Where a file comes from while the archive is out of order, and what is never asked of anyone else."""

import hashlib
import os

import pytest

from mastportal.mast import transfer
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import ArchiveRests, NotFound, Refused, Unavailable
from mastportal.mast.transfer import Folder, Mirror
from tests.mast.byte_server import cut, serving, status
from tests.mast.fits_bodies import fits_body

URI = "mast:JWST/product/jw01_cal.fits"
AT_MIRROR = "/pub/JWST/product/jw01_cal.fits"
BODY, OTHER = fits_body(500), fits_body(900)
DOWN = [status(503)] * 9


@pytest.fixture
def server():
    with serving() as server:
        server.files[URI] = BODY
        yield server


@pytest.fixture
def mirror():
    with serving() as server:
        server.files[AT_MIRROR] = BODY
        yield server


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "lab" / "JWST" / "product"
    path.mkdir(parents=True)
    (path / "jw01_cal.fits").write_bytes(BODY)
    return tmp_path / "lab"


@pytest.fixture
def fetch(server, mirror, folder, tmp_path):
    (tmp_path / "store").mkdir()

    def run(uri=URI, **options):
        destination = tmp_path / "store" / "key"
        options = {
            "expected_size_bytes": len(BODY),
            "size_is_advice": True,
            "attempts": 1,
            "sources": [Mirror(f"{mirror.url}/pub/"), Folder(folder)],
        } | options
        try:
            return transfer.fetch(Archive(server.url, "t", 2, 2, poll_s=0.02), uri, destination, **options)
        finally:
            assert set(destination.parent.iterdir()) <= {destination}
            assert not destination.exists() or destination.read_bytes() == BODY

    return run


def test_an_archive_that_works_is_the_only_one_asked(server, mirror, fetch):
    assert fetch().origin == "archive"
    assert mirror.seen == []


def test_a_mirror_stands_in_without_a_token_and_keeps_its_etag_to_itself(server, mirror, fetch):
    server.script, mirror.etags[AT_MIRROR] = DOWN, '"mirrors-own"'
    got = fetch()
    assert (got.origin, got.etag, got.last_modified) == ("mirror", "", "")
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()
    assert [(seen.method, seen.uri, seen.authorization) for seen in mirror.seen] == [("GET", AT_MIRROR, "")]


def test_a_broken_connection_to_a_mirror_is_continued_too(server, mirror, fetch):
    server.script, mirror.script = DOWN, [cut(1000)]
    assert fetch(attempts=2).origin == "mirror"
    assert [seen.range for seen in mirror.seen] == ["", "bytes=1000-"]


def test_what_the_archive_did_not_give_is_not_called_public(server, fetch):
    server.script = list(DOWN)
    assert not fetch().was_public
    server.script = list(DOWN)
    assert fetch(known_public=True).was_public


def test_what_the_archive_had_begun_to_give_to_nobody_in_particular_is_public(server, fetch):
    server.script = [cut(1000)]
    got = fetch()
    assert (got.origin, got.was_public) == ("mirror", True)


@pytest.mark.parametrize("kept", ["JWST/product/jw01_cal.fits", "jw01_cal.fits"])
def test_a_folder_comes_after_the_mirror(server, mirror, folder, fetch, kept):
    (folder / "JWST/product/jw01_cal.fits").rename(folder / kept)
    server.script, mirror.files = list(DOWN), {}
    assert fetch().origin == "folder"
    assert len(mirror.seen) == 1


def test_a_mirror_that_is_no_better_leaves_the_archives_own_error(server, mirror, folder, fetch):
    server.script, mirror.files = list(DOWN), {}
    (folder / "JWST/product/jw01_cal.fits").unlink()
    with pytest.raises(Unavailable, match="answer 503"):
        fetch()


@pytest.mark.parametrize("wrong", [OTHER, BODY[:-2880], b"<html>down</html>", b""])
def test_a_copy_of_another_size_is_no_copy(server, mirror, fetch, wrong):
    server.script, mirror.files[AT_MIRROR] = list(DOWN), wrong
    assert fetch().origin == "folder"


def test_the_length_that_the_archive_announced_counts_more_than_the_list(server, mirror, folder, fetch):
    server.script, mirror.files[AT_MIRROR] = [cut(1000)], OTHER
    assert fetch(expected_size_bytes=len(OTHER)).origin == "folder"


def test_a_copy_with_another_checksum_is_no_copy(server, mirror, fetch):
    mirror.files[AT_MIRROR] = fits_body(500, seed=9)
    server.script = list(DOWN)
    md5 = hashlib.md5(BODY).hexdigest()
    assert fetch(expected_md5=md5, md5_applies=lambda copy: False).origin == "folder"


def test_a_file_broken_at_the_archive_may_be_whole_elsewhere(server, fetch):
    server.files[URI] = b"X" + BODY[1:]
    assert fetch(attempts=9).origin == "mirror"


def test_without_size_and_checksum_there_is_nothing_to_compare_a_copy_with(server, mirror, fetch):
    server.script = list(DOWN)
    with pytest.raises(Unavailable):
        fetch(expected_size_bytes=None)
    assert mirror.seen == []


@pytest.mark.parametrize(("code", "error"), [(401, Refused), (403, Refused), (404, NotFound)])
def test_what_the_archive_refuses_is_asked_of_no_one_else(server, mirror, fetch, code, error):
    server.script = [status(code)]
    with pytest.raises(error):
        fetch()
    assert mirror.seen == []


def test_what_is_asked_for_with_a_token_is_asked_of_no_one_else(server, mirror, fetch):
    server.script = list(DOWN)
    with pytest.raises(Unavailable):
        fetch(credential=Credential("secret"))
    assert mirror.seen == []


def test_a_mirror_cannot_send_us_elsewhere(server, mirror, fetch):
    server.script = list(DOWN)
    mirror.script = [status(302, Location=server.url.replace("127.0.0.1", "localhost") + "/inside")]
    assert fetch().origin == "folder"
    assert len(server.seen) == 1


HOSTILE = ["mast:../../etc/passwd", "mast:JWST/../x", "mast:/etc/passwd", "mast:a//b", "mast:a\\b", "mast:.",
           "mast:a\x00b", "mast:a\nb", "mast:", "mast:" + "x" * 5000]  # fmt: skip


@pytest.mark.parametrize("uri", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_leads_nowhere(server, mirror, fetch, uri):
    server.script = list(DOWN)
    with pytest.raises(Unavailable):
        fetch(uri)
    assert mirror.seen == []


def test_a_folder_that_cannot_be_looked_into_leaves_the_archives_own_error(server, folder, fetch):
    server.script = list(DOWN)
    with pytest.raises(Unavailable, match="answer 503"):
        fetch(f"mast:JWST/product/{'x' * 300}.fits", sources=[Folder(folder)])


def test_only_plain_files_of_a_folder_are_read(server, mirror, folder, fetch):
    server.script, mirror.files = list(DOWN), {}
    path = folder / "JWST/product/jw01_cal.fits"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Unavailable):
        fetch()
    path.unlink()
    path.mkdir()
    server.script = list(DOWN)
    with pytest.raises(Unavailable):
        fetch()


def test_an_archive_that_rests_lets_others_stand_in_at_once(server, mirror, fetch):
    server.script = [status(503, Retry_After="600")]
    assert fetch(attempts=5).origin == "mirror"
    assert len(server.seen) == 1


def test_a_long_wait_that_the_archive_asks_for_is_not_sat_out_here(server, fetch):
    server.script = [status(503, Retry_After="600")]
    with pytest.raises(ArchiveRests, match="busy") as caught:
        fetch(sources=[])
    assert caught.value.after_s == 600
