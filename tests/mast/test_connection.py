"""Where the archive is, and that a credential cannot be seen by accident."""

import copy
import json
import pickle
import traceback

import pytest

from mastportal.mast.connection import Archive, Credential

SECRET = "s3cr3t-t0k3n"


def test_addresses_are_joined_to_the_archive():
    assert Archive("https://mast.example/", "us").url("/whoami") == "https://mast.example/whoami"


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://mast.example/api", True),
        ("http://mast.example/api", False),
        ("https://mast.example.evil.example/", False),
        ("https://mast.example:8443/", False),
        ("https://auth.mast.example/", False),
    ],
)
def test_only_the_same_scheme_host_and_port_is_the_archive(url, ours):
    assert Archive("https://mast.example", "us").owns(url) is ours


def test_a_credential_shows_nothing():
    credential = Credential(SECRET)
    shown = f"{credential} {credential!r} {credential.__slots__} {dir(credential)}"
    assert SECRET not in shown
    assert not hasattr(credential, "__dict__")


@pytest.mark.parametrize("carry", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_a_credential_does_not_travel(carry):
    with pytest.raises(TypeError) as caught:
        carry(Credential(SECRET))
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_credentials_compare_without_being_hashable():
    assert Credential(SECRET) == Credential(SECRET)
    assert Credential(SECRET) != SECRET
    with pytest.raises(TypeError):
        hash(Credential(SECRET))
