"""Faults whose options are odd: refused when they are asked for, never found out while serving."""

from typing import Any

import httpx
import pytest

from mastportal.sandbox.faults import KINDS, FaultList, flipped, instead, parse_fault
from mastportal.sandbox.sending import cut, paced
from mastportal.sandbox.wire import Answer, Request
from tests.sandbox.asking import Asking


def get(
    target: str = "/api/v0.1/Download/file?uri=mast:JWST/product/a_cal.fits", method: str = "GET"
) -> Request:
    return Request(method, target, {})


@pytest.mark.parametrize(
    "option",
    [
        {"times": "three"},
        {"times": -1},
        {"times": 1.5},
        {"times": True},
        {"status": "503"},
        {"status": 999},
        {"status": 99},
        {"status": 204},
        {"status": 304},
        {"after_bytes": -1},
        {"after_bytes": "10"},
        {"bytes_per_s": 0},
        {"bytes_per_s": -5},
        {"bytes_per_s": "fast"},
        {"bytes_per_s": None},
        {"status": None},
        {"retry_after_s": -1},
    ],
)
def test_an_option_that_cannot_be_is_refused(option: dict[str, Any]) -> None:
    [name] = option
    with pytest.raises(ValueError, match=name):
        parse_fault({"match": "x", "fault": "slow", **option})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_contract_is_read_with_every_option(kind: str) -> None:
    options = {"times": 3, "after_bytes": 1000, "status": 500, "bytes_per_s": 1000}
    fault = parse_fault({"match": "x", "fault": kind, **options})
    assert {name: getattr(fault, name) for name in options} == options


def test_options_left_out_or_null() -> None:
    fault = parse_fault({"match": "x", "fault": "status", "times": None, "after_bytes": None})
    assert (fault.times, fault.after_bytes, fault.status) == (None, None, 503)


def test_a_refused_list_adds_nothing(asking: Asking) -> None:
    answer = asking.faults({"match": "whoami", "fault": "status"}, {"match": "whoami", "fault": "explode"})
    assert answer.status_code == 400
    assert asking.http.get("/whoami").status_code == 200


def test_one_fault_needs_no_list(asking: Asking) -> None:
    asking.http.post(
        "/_sandbox/faults", json={"match": "whoami", "fault": "status", "status": 418, "times": 1}
    )
    assert [asking.http.get("/whoami").status_code for _ in range(2)] == [418, 200]


def test_the_answer_counts_the_faults_in_force(asking: Asking) -> None:
    assert asking.faults({"match": "a", "fault": "html"}, {"match": "b", "fault": "html"}).json() == {
        "faults": 2
    }
    assert asking.faults({"match": "c", "fault": "html"}).json() == {"faults": 3}
    assert asking.http.delete("/_sandbox/faults").json() == {"faults": 0}


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"5", b'"reset"'])
def test_a_body_that_is_no_fault(asking: Asking, body: bytes) -> None:
    assert asking.http.post("/_sandbox/faults", content=body).status_code == 400


@pytest.mark.parametrize(
    "match", ["Download/file", r"uri=mast:JWST/product/a_cal\.fits$", "^/api/v0.1/", r"\?uri=", ""]
)
def test_match_sees_path_and_query(match: str) -> None:
    faults = FaultList()
    faults.add([parse_fault({"match": match, "fault": "reset"})])
    assert faults.take(get(), "") is not None


@pytest.mark.parametrize("match", ["download/file", "invoke", r"a_cal\.fits\?", "^uri"])
def test_match_sees_no_more(match: str) -> None:
    faults = FaultList()
    faults.add([parse_fault({"match": match, "fault": "reset"})])
    assert faults.take(get(), "") is None


def test_a_quoted_address_matches_as_it_reads() -> None:
    faults = FaultList()
    faults.add([parse_fault({"match": "mast:JWST/product", "fault": "reset"})])
    assert faults.take(get("/x?uri=mast%3AJWST%2Fproduct%2Fa"), "")


def test_the_first_that_matches_is_spent_and_only_it() -> None:
    faults = FaultList()
    faults.add(parse_fault({"match": m, "fault": "status", "status": s, "times": 1}) for m, s in
               [("nothing", 500), ("file", 501), ("file", 502)])  # fmt: skip
    taken = [faults.take(get(), "") for _ in range(3)]
    assert [each and each.status for each in taken] == [501, 502, None]


@pytest.mark.parametrize(
    ("kind", "is_spent"), [("truncate", False), ("slow", False), ("flip", False), ("html", True)]
)
def test_heads_spend_only_faults_they_can_show(kind: str, is_spent: bool) -> None:
    faults = FaultList()
    faults.add([parse_fault({"match": "", "fault": kind, "times": 1})])
    assert (faults.take(get(method="HEAD"), "") is not None) is is_spent


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("status", "html", "executing", "bad-json")]
)
def test_faults_of_the_sending_have_no_answer_of_their_own(kind: str) -> None:
    assert instead(parse_fault({"match": "", "fault": kind})) is None


@pytest.mark.parametrize(
    ("lengths", "where"), [([8], 0), ([8], 7), ([3, 5], 2), ([3, 5], 3), ([3, 5], 7), ([1] * 8, 4)]
)
def test_a_flip_changes_one_bit_wherever_pieces_end(lengths: list[int], where: int) -> None:
    whole = b"".join(flipped(Answer(200, [], [bytes(n) for n in lengths], 8), where).pieces)
    assert whole == bytes(where) + b"\x01" + bytes(7 - where)


def test_a_flip_beyond_the_end_changes_nothing() -> None:
    assert b"".join(flipped(Answer(200, [], [bytes(8)], 8), 8).pieces) == bytes(8)


def test_a_flip_in_the_middle_where_nothing_is_said() -> None:
    assert b"".join(flipped(Answer(200, [], [bytes(8)], 8), None).pieces) == bytes(4) + b"\x01" + bytes(3)


@pytest.mark.parametrize("length", [0, 1, 4, 5, 9, 10, 11])
def test_a_cut_keeps_so_many_bytes(length: int) -> None:
    assert b"".join(cut([b"01234", b"56789"], length)) == b"0123456789"[:length]


@pytest.mark.parametrize("after", [0, 3, 5, 7, 10, 99])
def test_a_pace_loses_no_byte(after: int) -> None:
    assert b"".join(paced([b"01234", b"56789"], 1e6, after)) == b"0123456789"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 416, 429, 500, 502, 503, 504])
def test_any_error_status_is_sent_with_a_body(asking: Asking, status: int) -> None:
    asking.faults({"match": "whoami", "fault": "status", "status": status, "times": 1})
    answer = asking.http.get("/whoami")
    assert (answer.status_code, bool(answer.content)) == (status, True)


def test_a_truncated_question_breaks_off(asking: Asking) -> None:
    asking.faults({"match": "service=Mast.Missions.List", "fault": "truncate", "after_bytes": 5, "times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        asking.raw("Mast.Missions.List", {})
    assert asking.rows("Mast.Missions.List", {})


def test_executing_ends_when_cleared(asking: Asking) -> None:
    asking.faults({"match": "invoke", "fault": "executing"})
    assert asking.ask("Mast.Missions.List", {})["status"] == "EXECUTING"
    asking.http.delete("/_sandbox/faults")
    assert asking.ask("Mast.Missions.List", {})["status"] == "COMPLETE"


@pytest.mark.parametrize("told", [{"retry_after_s": 7}, {}])
def test_a_status_may_say_when_to_come_back(told: dict[str, Any]) -> None:
    answer = instead(parse_fault({"match": "x", "fault": "status", "status": 503, **told}))
    assert answer
    assert dict(answer.headers).get("Retry-After") == ("7" if told else None)


def test_one_question_is_told_from_another_by_its_parameters() -> None:
    faults = FaultList()
    faults.add([parse_fault({"match": "service=Mast.Caom.Products&obsid=8$", "fault": "executing"})])
    service = "Mast.Caom.Products"
    asked = [
        Request(
            "POST",
            "/api/v0/invoke",
            {},
            b'request={"service":"%s","params":{"obsid":"%d"}}' % (service.encode(), n),
        )
        for n in (7, 8, 88)
    ]
    assert [faults.take(each, service) is not None for each in asked] == [False, True, False]
