"""Whose a token is and what it opens."""

from typing import Any

import pytest

from tests.sandbox.asking import Asking

ANONYMOUS = {
    "anon": True, "eppn": "", "ezid": "anonymous", "attrib": {}, "scopes": [], "session": None, "token": None,
}  # fmt: skip


def whoami(asking: Asking, path: str = "/whoami", **headers: str) -> dict[str, Any]:
    return asking.http.get(path, headers=headers).raise_for_status().json()


@pytest.mark.parametrize("path", ["/whoami", "/info"])
def test_nobody(asking: Asking, path: str) -> None:
    assert whoami(asking, path) == ANONYMOUS


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "token sandbox-token-alice"},
        {"Authorization": "Bearer sandbox-token-alice"},
        {"Cookie": "other=1; mast_token=sandbox-token-alice"},
    ],
)
def test_three_ways_to_show_a_token(asking: Asking, headers: dict[str, str]) -> None:
    known = whoami(asking, **headers)
    assert (known["anon"], known["ezid"]) == (False, "alice")
    assert "mast:exclusive_access" in known["scopes"]
    assert known["attrib"]["display_name"].startswith("Alice")


@pytest.mark.parametrize("token", ["sandbox-token-expired", "who-knows"])
def test_expired_and_unknown_tokens_are_nobody(asking: Asking, token: str) -> None:
    assert whoami(asking, Authorization=f"token {token}") == ANONYMOUS


def test_a_token_without_the_scope(asking: Asking) -> None:
    known = whoami(asking, Authorization="token sandbox-token-noscope")
    assert known["anon"] is False
    assert "mast:exclusive_access" not in known["scopes"]


def test_who_may_read_what(asking: Asking, exclusive_product: dict[str, Any]) -> None:
    uri, program = exclusive_product["dataURI"], exclusive_product["proposal_id"]
    for token in asking.http.get("/_sandbox/tokens").json():
        expected = 200 if program in token["programs"] else 401 if token["state"] == "expired" else 403
        assert asking.file(uri, token=token["token"]).status_code == expected, token
    assert asking.file(uri).status_code == 401
    assert asking.file(uri, "HEAD").status_code == 401


def test_public_files_are_open_to_all(asking: Asking, public_product: dict[str, Any]) -> None:
    for token in ("", "sandbox-token-bob", "sandbox-token-expired", "nonsense"):
        assert asking.file(public_product["dataURI"], "HEAD", token=token).status_code == 200
