"""The control addresses: journal, day, reprocessing, tokens."""

from typing import Any

from mastportal.sandbox.server import Server
from tests.sandbox.asking import Asking


def test_the_journal_names_what_was_asked(asking: Asking, public_product: dict[str, Any]) -> None:
    mark = asking.mark()
    asking.file(public_product["dataURI"], token="sandbox-token-alice", Range="bytes=0-9")
    asking.ask("mast.missions.LIST", {})
    file, question = asking.log(since=mark)
    assert (file["method"], file["path"], file["uri"]) == (
        "GET", "/api/v0.1/Download/file", public_product["dataURI"],
    )  # fmt: skip
    assert (file["range"], file["status"], file["bytes"], file["who"]) == ("bytes=0-9", 206, 10, "alice")
    assert (question["service"], question["path"], question["who"]) == (
        "mast.missions.LIST",
        "/api/v0/invoke",
        "",
    )
    assert question["n"] == file["n"] + 1 == mark + 2
    assert file["at"] < question["at"]


def test_the_journal_is_written_when_a_request_starts(asking: Asking, public_product: dict[str, Any]) -> None:
    asking.faults({"match": "Download", "times": 1, "fault": "slow", "bytes_per_s": 1000})
    mark = asking.mark()
    uri = public_product["dataURI"]
    with asking.http.stream("GET", "/api/v0.1/Download/file", params={"uri": uri}):
        (entry,) = asking.log(since=mark)
    assert entry["uri"] == uri
    assert entry["bytes"] < public_product["size"]


def test_since_is_exclusive_and_controls_are_not_written(asking: Asking) -> None:
    mark = asking.mark()
    asking.http.get("/_sandbox/tokens")
    assert asking.log(since=mark) == []
    asking.http.get("/whoami")
    assert len(asking.log(since=mark)) == 1


def test_faulty_requests_are_written_too(asking: Asking) -> None:
    mark = asking.mark()
    asking.faults({"match": "whoami", "times": 1, "fault": "status", "status": 503})
    asking.http.get("/whoami")
    assert [entry["status"] for entry in asking.log(since=mark)] == [503]


def test_replace_makes_a_new_version_of_the_same_name(
    asking: Asking, replaced_product: dict[str, Any]
) -> None:
    uri = replaced_product["dataURI"]
    before = asking.file(uri)
    assert asking.http.post("/_sandbox/replace", json={"uri": uri}).json()["replaced"]
    after = asking.file(uri)
    assert before.content != after.content
    assert len(before.content) != len(after.content)
    assert before.headers["etag"] != after.headers["etag"]


def test_a_list_made_after_replacing_tells_the_new_size(
    asking: Asking, replaced_product: dict[str, Any]
) -> None:
    uri = replaced_product["dataURI"]
    asking.http.post("/_sandbox/replace", json={"uri": uri})
    rows = asking.products(replaced_product["parent_obsid"])
    assert {row["size"] for row in rows if row["dataURI"] == uri} == {len(asking.file(uri).content)}


def test_replacing_what_is_not_there(asking: Asking) -> None:
    assert asking.http.post("/_sandbox/replace", json={"uri": "mast:JWST/product/no.fits"}).status_code == 404


def test_today_moves_the_date_header_and_the_access(
    asking: Asking, exclusive_product: dict[str, Any]
) -> None:
    uri = exclusive_product["dataURI"]
    assert asking.file(uri).status_code == 401
    asking.http.post("/_sandbox/today", json={"date": "2040-02-03"})
    answer = asking.file(uri)
    assert answer.status_code == 200
    assert "03 Feb 2040" in answer.headers["date"]
    assert (
        asking.observations("dataRights", obsid=exclusive_product["parent_obsid"])[0]["dataRights"]
        == "PUBLIC"
    )


def test_a_day_that_is_none(asking: Asking) -> None:
    for body in ({"date": "tomorrow"}, {}, ["2026-01-01"]):
        assert asking.http.post("/_sandbox/today", json=body).status_code == 400


def test_tokens_share_the_exclusive_programmes(asking: Asking, running: Server) -> None:
    tokens = {each["owner"]: each for each in asking.http.get("/_sandbox/tokens").json()}
    alice, bob = (set(tokens[name]["programs"]) for name in ("alice", "bob"))
    programs = list(running.archive.holdings.exclusive_programs)
    assert alice | bob == set(programs)
    assert not alice & bob
    assert list(tokens["alice"]["programs"]) == programs[0::2]
    assert {each["token"] for each in tokens.values()} == {
        "sandbox-token-alice", "sandbox-token-bob", "sandbox-token-expired", "sandbox-token-noscope",
    }  # fmt: skip


def test_state_and_unknown_doors(asking: Asking) -> None:
    assert asking.http.get("/_sandbox/").json()["today"] == "2026-08-22"
    assert asking.http.get("/_sandbox/nothing").status_code == 404
    assert asking.http.get("/_sandbox/replace").status_code == 405


def test_a_programme_is_withdrawn_from_a_token_and_given_back(
    asking: Asking, exclusive_product: dict[str, Any]
) -> None:
    uri, programme = exclusive_product["dataURI"], exclusive_product["proposal_id"]
    tokens = asking.http.get("/_sandbox/tokens").json()
    (token,) = [each["token"] for each in tokens if programme in each["programs"]]
    for withdrawn, status in (([programme], 403), ([], 200)):
        body = {"token": token, "withdrawn": withdrawn}
        assert asking.http.post("/_sandbox/tokens", json=body).status_code == 200
        assert asking.file(uri, token=token).status_code == status


def test_a_withdrawal_that_is_none(asking: Asking) -> None:
    for body in ({"token": "sandbox-token-alice"}, {"withdrawn": "1345"}, []):
        assert asking.http.post("/_sandbox/tokens", json=body).status_code == 400
