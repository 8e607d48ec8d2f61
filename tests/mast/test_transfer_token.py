"""Who sees the token, where redirects lead, and which addresses are asked at all."""

import time

import pytest

from mastportal.mast import transfer
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import NotFound, Refused, Unavailable
from tests.mast.byte_server import serving, status
from tests.mast.fits_bodies import fits_body

URI = "mast:JWST/product/jw01_cal.fits"
SECRET = "a-secret-token"
BODY = fits_body(500)


@pytest.fixture
def server():
    with serving() as server:
        server.files[URI] = BODY
        yield server


@pytest.fixture
def elsewhere():
    with serving() as server:
        server.files["/store/jw01_cal.fits"] = BODY
        yield server


def fetch(server, tmp_path, uri=URI, **options):
    return transfer.fetch(Archive(server.url, "t", 2, 5), uri, tmp_path / "key", **options)


def moved(to: str):
    return status(302, Location=to)


def test_nobodys_request_carries_no_token(server, tmp_path):
    fetch(server, tmp_path)
    assert server.seen[0].authorization == ""


def test_a_restricted_file_is_refused_to_nobody_and_given_to_its_token(server, tmp_path):
    server.restricted[URI] = SECRET
    with pytest.raises(Refused, match="admitted"):
        fetch(server, tmp_path)
    got = fetch(server, tmp_path, credential=Credential(SECRET))
    assert not got.was_public
    assert [seen.authorization for seen in server.seen] == ["", f"token {SECRET}"]


def test_the_token_does_not_follow_a_redirect_elsewhere(server, elsewhere, tmp_path):
    server.script = [moved(f"{elsewhere.url}/store/jw01_cal.fits")]
    fetch(server, tmp_path, credential=Credential(SECRET))
    assert server.seen[0].authorization == f"token {SECRET}"
    assert [seen.authorization for seen in elsewhere.seen] == [""]


def test_the_token_follows_a_redirect_at_home(server, tmp_path):
    server.files["/there"] = BODY
    server.script = [moved("/there")]
    fetch(server, tmp_path, credential=Credential(SECRET))
    assert [seen.authorization for seen in server.seen] == [f"token {SECRET}"] * 2


def test_a_request_after_one_with_a_token_carries_none(server, tmp_path):
    server.script = [status(404, Set_Cookie="mast_token=x"), status(404)]
    for credential in (Credential(SECRET), None):
        with pytest.raises(NotFound):
            fetch(server, tmp_path, credential=credential)
    assert server.seen[1].authorization == ""
    assert "Cookie" not in server.seen[1].headers


def test_no_cookie_is_kept_from_one_file_to_the_next(server, tmp_path):
    server.script = [lambda answering: answering.serve(Set_Cookie="session=1")]
    fetch(server, tmp_path)
    fetch(server, tmp_path)
    assert "Cookie" not in server.seen[1].headers


def test_what_comes_with_a_redirect_is_not_read(server, tmp_path):
    def never_ends(answering):
        answering.send(302, b"much", cut_at=4, Location="/there", Content_Length="9" * 12)
        time.sleep(1)

    server.files["/there"], server.script = BODY, [never_ends]
    transfer.fetch(Archive(server.url, "t", 2, 0.3), URI, tmp_path / "key", attempts=1)
    assert [seen.uri for seen in server.seen] == [URI, "/there"]


def test_endless_redirects_end(server, tmp_path):
    server.script = [moved("/again")] * 20
    with pytest.raises(Unavailable, match="circles"):
        fetch(server, tmp_path, attempts=1)
    assert len(server.seen) == 6


def test_a_partner_site_stays_a_link(server, elsewhere, tmp_path):
    with pytest.raises(transfer.Remote, match="partner site"):
        fetch(server, tmp_path, f"{elsewhere.url}/store/jw01_cal.fits")
    assert elsewhere.seen == server.seen == []


def test_an_allowed_partner_site_is_asked_without_the_token(server, elsewhere, tmp_path):
    uri = f"{elsewhere.url}/store/jw01_cal.fits"
    fetch(server, tmp_path, uri, credential=Credential(SECRET), allowed_hosts=["127.0.0.1"])
    assert [seen.authorization for seen in elsewhere.seen] == [""]


def test_a_partner_site_cannot_send_us_to_another_host(server, elsewhere, tmp_path):
    elsewhere.script = [moved(server.url.replace("127.0.0.1", "localhost") + "/inside")]
    with pytest.raises(Unavailable, match="elsewhere"):
        fetch(server, tmp_path, f"{elsewhere.url}/x", allowed_hosts=["127.0.0.1"], attempts=1)
    assert server.seen == []


@pytest.mark.parametrize(
    "uri", ["file:///etc/passwd", "ftp://x/y", "/etc/passwd", "", "http:///x", "gopher:x", "http://[x/y"]
)
def test_other_addresses_are_no_files_of_the_archive(server, tmp_path, uri):
    with pytest.raises(NotFound):
        fetch(server, tmp_path, uri, allowed_hosts=["etc", ""])
    assert server.seen == []


def test_asking_who_may_read_moves_no_bytes(server):
    server.restricted[URI] = SECRET
    archive = Archive(server.url, "t", 2, 5)
    assert not transfer.may_fetch(archive, URI)
    assert not transfer.may_fetch(archive, URI, Credential("another"))
    assert transfer.may_fetch(archive, URI, Credential(SECRET))
    assert {seen.method for seen in server.seen} == {"HEAD"}


def test_a_server_without_head_is_asked_for_one_byte(server):
    server.script = [status(405)]
    assert transfer.may_fetch(Archive(server.url, "t", 2, 5), URI)
    assert [seen.range for seen in server.seen] == ["", "bytes=0-0"]


def test_a_server_without_head_still_tells_how_long_a_file_is(server):
    length = f"bytes 0-0/{len(BODY)}"
    server.script = [status(405), lambda answering: answering.send(206, BODY[:1], Content_Range=length)]
    assert transfer.announced(Archive(server.url, "t", 2, 5), URI).size_bytes == len(BODY)


def test_who_may_read_what_is_not_there_is_no_question(server):
    with pytest.raises(NotFound):
        transfer.may_fetch(Archive(server.url, "t", 2, 5), "mast:JWST/product/none.fits")


def test_an_archive_that_is_down_says_nothing_about_rights(server):
    server.script = [status(503)] * 4
    with pytest.raises(Unavailable):
        transfer.may_fetch(Archive(server.url, "t", 2, 5), URI)
