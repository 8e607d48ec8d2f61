"""The one way out for questions: this archive only, bounded, paced, and the token told to nobody else."""

import gzip
import random
import time
from itertools import pairwise

import pytest
import requests

from mastportal.mast.adapter import ArchiveAdapter, mount
from mastportal.mast.connection import Credential
from mastportal.mast.errors import TimedOut, Unavailable
from tests.mast.question_server import WHO_ASKS, hurried, stub_server

SECRET = "s3cr3t"


@pytest.fixture
def session():
    """Opens sessions through the adapter and closes them."""
    opened = []

    def open_session(url, credential=None, heartbeat=None, **patience):
        adapter = ArchiveAdapter(hurried(url, **patience), credential, heartbeat)
        opened.append(mount(requests.Session(), adapter))
        return opened[-1]

    yield open_session
    for each in opened:
        each.close()


def late(_):
    time.sleep(0.5)
    return 200, {}, b"x"


def test_every_request_says_who_asks(stub, session):
    session(stub.url).get(stub.url + "/whoami", headers={"User-Agent": "somebody else"})
    assert stub.seen[0].headers["User-Agent"] == WHO_ASKS
    assert "Authorization" not in stub.seen[0].headers


def test_the_token_is_sent_and_not_kept_on_the_answer(stub, session):
    answer = session(stub.url, Credential(SECRET)).get(stub.url + "/whoami")
    assert stub.seen[0].headers["Authorization"] == f"token {SECRET}"
    assert SECRET not in str(answer.request.headers)


def test_no_token_of_the_environment_is_sent(stub, session, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("MAST_API_TOKEN", SECRET)
    session(stub.url).get(stub.url + "/whoami")
    assert SECRET not in str(stub.seen[0].headers)


def test_another_host_is_never_asked(stub, session):
    with stub_server() as other, pytest.raises(Unavailable, match="another host"):
        session(stub.url, Credential(SECRET)).get(other.url + "/whoami")
    assert other.seen == []


def test_a_redirect_to_another_host_is_not_followed(stub, session):
    with stub_server() as other:
        stub.answer = lambda _: (302, {"Location": other.url + "/login"}, b"")
        with pytest.raises(Unavailable, match="another host"):
            session(stub.url, Credential(SECRET)).get(stub.url + "/whoami")
    assert other.seen == []


def test_a_silent_archive_times_out(stub, session):
    stub.answer = late
    with pytest.raises(TimedOut, match=r"silent for 0\.2 s"):
        session(stub.url, stall_s=0.2).get(stub.url)


def test_a_trickling_answer_times_out(sandbox, session):
    sandbox.faults({"match": "columnsconfig", "fault": "slow", "bytes_per_s": 200})
    with pytest.raises(TimedOut, match=r"within 0\.5 s"):
        session(sandbox.url, question_timeout_s=0.5).post(
            sandbox.url + "/portal/Mashup/Mashup.asmx/columnsconfig", data={"colConfigId": "Mast.Caom.Cone"}
        )


def test_an_answer_that_breaks_off_is_unavailable(stub, session):
    stub.answer = lambda _: (200, {"Content-Length": "1000", "Connection": "close"}, b"short")
    with pytest.raises(Unavailable, match="broke off"):
        session(stub.url, stall_s=1).get(stub.url)


def test_no_archive_is_unavailable(session):
    with stub_server() as gone:
        url = gone.url
    with pytest.raises(Unavailable, match="cannot be reached"):
        session(url).get(url)


def test_repeats_are_spaced_ever_wider(stub, session):
    opened = session(stub.url, poll_s=0.05)
    times = []
    for _ in range(5):
        opened.post(stub.url, data="request={}")
        times.append(time.monotonic())
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses[0] >= 0.05
    assert pauses[3] > pauses[1] > pauses[0]


def test_repeats_end(stub, session):
    opened = session(stub.url, poll_s=0.05, question_timeout_s=0.3)
    with pytest.raises(TimedOut, match=r"within 0\.3 s"):
        all(opened.post(stub.url, data="request={}") for _ in range(50))
    assert len(stub.seen) < 10


def test_other_questions_do_not_wait(stub, session):
    opened = session(stub.url, poll_s=5)
    started = time.monotonic()
    for number in range(3):
        opened.post(stub.url, data=f"x={number}")
    assert time.monotonic() - started < 4


def test_waiting_beats(stub, session):
    beats = []
    opened = session(stub.url, heartbeat=lambda: beats.append(1), poll_s=0.05)
    for _ in range(3):
        opened.post(stub.url, data="request={}")
    assert beats == [1]


@pytest.mark.parametrize("chunked", [False, True])
def test_compressed_answers_are_whole(stub, session, chunked):
    body = gzip.compress(random.Random(1).randbytes(700_000).hex().encode())
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:])) + b"0\r\n\r\n"
    headers = {"Content-Encoding": "gzip"} | ({"Transfer-Encoding": "chunked"} if chunked else {})
    stub.answer = lambda _: (200, headers, framed if chunked else body)
    assert len(session(stub.url).get(stub.url).text) == 1_400_000
