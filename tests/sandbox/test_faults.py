"""Every fault a test may ask for is seen by a client, for as many requests as asked."""

import threading
import time
from typing import Any

import httpx
import pytest

from mastportal.sandbox.faults import Journal, flipped, parse_fault
from mastportal.sandbox.wire import Answer, Request
from tests.sandbox.asking import Asking

FILE = "/Download/file"


@pytest.fixture
def body(asking: Asking, public_product: dict[str, Any]) -> bytes:
    return asking.file(public_product["dataURI"]).content


@pytest.fixture
def uri(public_product: dict[str, Any]) -> str:
    return str(public_product["dataURI"])


def received(asking: Asking, uri: str) -> bytes:
    """What arrives before the connection breaks."""
    parts = []
    try:
        with asking.http.stream("GET", "/api/v0.1/Download/file", params={"uri": uri}) as answer:
            parts.extend(answer.iter_raw())
    except httpx.TransportError:
        pass
    return b"".join(parts)


def test_status_so_many_times(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "times": 2, "fault": "status", "status": 503})
    assert [asking.file(uri).status_code for _ in range(3)] == [503, 503, 200]


def test_without_times_until_cleared(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "fault": "status", "status": 429})
    assert [asking.file(uri).status_code for _ in range(4)] == [429] * 4
    asking.http.delete("/_sandbox/faults")
    assert asking.file(uri).status_code == 200


def test_match_is_searched_in_path_and_query(asking: Asking, uri: str) -> None:
    asking.faults({"match": "uri=" + uri.replace(".", r"\.") + "$", "fault": "status", "status": 500})
    assert asking.file(uri).status_code == 500
    assert asking.http.get(f"/api/v0.1/Download/file?uri={uri}").status_code == 500
    assert asking.file(uri + "x").status_code == 404


def test_match_knows_a_questions_service(asking: Asking) -> None:
    asking.faults({"match": r"service=Mast\.Caom\.Products", "fault": "status", "status": 500})
    assert asking.raw("Mast.Caom.Products", {"obsid": 1}).status_code == 500
    assert asking.raw("Mast.Missions.List", {}).status_code == 200


def test_the_path_of_a_question_alone_matches(asking: Asking) -> None:
    asking.faults({"match": "^/api/v0/invoke$", "times": 1, "fault": "html"})
    assert asking.raw("Mast.Missions.List", {}).headers["content-type"].startswith("text/html")


def test_html_instead_of_data(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "html"})
    answer = asking.file(uri)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert b"<html>" in answer.content


def test_bad_json(asking: Asking) -> None:
    asking.faults({"match": "invoke", "times": 1, "fault": "bad-json"})
    with pytest.raises(ValueError):
        asking.raw("Mast.Missions.List", {}).json()


def test_executing(asking: Asking) -> None:
    asking.faults({"match": "invoke", "times": 2, "fault": "executing"})
    words = [asking.ask("Mast.Missions.List", {})["status"] for _ in range(3)]
    assert words == ["EXECUTING", "EXECUTING", "COMPLETE"]


def test_truncate(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "truncate", "after_bytes": 1000})
    assert received(asking, uri) == body[:1000]
    assert received(asking, uri) == body


def test_truncate_at_half_where_nothing_is_said(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "truncate"})
    assert received(asking, uri) == body[: len(body) // 2]


def test_truncated_answers_announce_the_whole_length(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "truncate", "after_bytes": 10})
    with pytest.raises(httpx.RemoteProtocolError, match="complete"):
        asking.file(uri)


def test_reset_before_anything(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "reset"})
    with pytest.raises(httpx.ReadError):
        asking.file(uri)


def test_reset_in_the_body(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "reset", "after_bytes": 500})
    with pytest.raises(httpx.ReadError):
        asking.file(uri)
    assert received(asking, uri) == body


def test_stall_before_anything_until_the_client_gives_up(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "stall"})
    with pytest.raises(httpx.ReadTimeout):
        asking.http.get("/api/v0.1/Download/file", params={"uri": uri}, timeout=0.3)
    assert asking.file(uri).status_code == 200


def test_stall_in_the_body(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "stall", "after_bytes": 700})
    parts = []
    with (
        pytest.raises(httpx.ReadTimeout),
        asking.http.stream("GET", "/api/v0.1/Download/file", params={"uri": uri}, timeout=0.3) as answer,
    ):
        parts.extend(answer.iter_raw())
    assert b"".join(parts) in (body[:700], b"")


def test_clearing_lets_a_stalled_connection_go(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "fault": "stall"})
    clear = threading.Timer(0.3, httpx.delete, [f"{asking.url}/_sandbox/faults"], {"trust_env": False})
    clear.start()
    with pytest.raises(httpx.TransportError):
        asking.file(uri)
    clear.join()


def test_slow(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "slow", "bytes_per_s": 2 * len(body)})
    begun = time.monotonic()
    assert asking.file(uri).content == body
    assert 0.4 <= time.monotonic() - begun < 5


def test_slow_after_so_many_bytes(asking: Asking, uri: str, body: bytes) -> None:
    fault = {"match": FILE, "times": 1, "fault": "slow", "after_bytes": len(body) - 100, "bytes_per_s": 400}
    asking.faults(fault)
    begun = time.monotonic()
    assert asking.file(uri).content == body
    assert 0.2 <= time.monotonic() - begun < 5


def test_flip_turns_one_bit(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "flip", "after_bytes": 3})
    answer = asking.file(uri)
    assert len(answer.content) == len(body)
    assert [i for i, (a, b) in enumerate(zip(answer.content, body, strict=True)) if a != b] == [3]


def test_flip_across_pieces() -> None:
    answer = flipped(Answer(200, [], (b"aaaa", b"bbbb"), 8), 5)
    assert list(answer.pieces) == [b"aaaa", b"bcbb"]


def test_a_fault_in_the_body_is_not_spent_on_head(asking: Asking, uri: str, body: bytes) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "truncate", "after_bytes": 10})
    assert asking.file(uri, "HEAD").status_code == 200
    assert received(asking, uri) == body[:10]


def test_faults_come_one_after_another(asking: Asking, uri: str) -> None:
    asking.faults({"match": FILE, "times": 1, "fault": "status", "status": 500})
    asking.faults({"match": FILE, "times": 1, "fault": "status", "status": 502})
    assert [asking.file(uri).status_code for _ in range(3)] == [500, 502, 200]


@pytest.mark.parametrize(
    "given",
    [
        {"match": "x", "fault": "explode"},
        {"match": "(", "fault": "reset"},
        {"match": "x", "fault": "reset", "when": "now"},
        {"match": "x"},
        "reset",
    ],
)
def test_a_fault_that_cannot_be_is_refused(asking: Asking, given: Any) -> None:
    answer = asking.http.post("/_sandbox/faults", json=[given])
    assert answer.status_code == 400
    assert answer.json()["error"]
    with pytest.raises(ValueError):
        parse_fault(given)


def test_the_journal_drops_its_oldest_lines_and_keeps_its_numbers() -> None:
    journal = Journal(keep=20)
    for _ in range(50):
        journal.start(Request("GET", "/x", {}), "", "", "")
    kept = [entry.n for entry in journal.since(0)]
    assert kept == list(range(kept[0], 51))
    assert len(kept) <= 20
    assert [entry.n for entry in journal.since(48)] == [49, 50]
    assert journal.since(50) == []
