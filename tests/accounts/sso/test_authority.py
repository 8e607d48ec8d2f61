"""A provider whose certificate no public authority vouches for: believed when the lab's own is configured."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts import sso_provider
from mastportal import env
from tests.accounts.certificates import authority_and_server
from tests.accounts.identity_provider import Browser, running
from tests.accounts.sso.steps import PORTAL, come_in, connected, who


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The issuer's address, and the certificate of who vouches for its own."""
    authority, server = authority_and_server(tmp_path_factory.mktemp("certificates"))
    with running([PORTAL], certificate=server) as issuer:
        yield issuer, authority


@pytest.fixture(autouse=True)
def configured(provider: tuple[str, str], settings: Any) -> Any:
    settings.OIDC_ISSUER, settings.OIDC_CA = provider
    settings.OIDC_NAME = "Institute login"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "portal", "a secret of both"
    return settings


@pytest.fixture
def visitor(provider: tuple[str, str]) -> Iterator[Browser]:
    issuer, authority = provider
    visitor = Browser(issuer, ssl.create_default_context(cadata=authority))
    yield visitor
    visitor.close()


def test_in_by_a_provider_that_the_lab_itself_vouches_for(client, visitor, alice, configured):
    connected(alice, configured.OIDC_ISSUER)
    assert come_in(client, visitor, "subject-alice").url == "/account/"
    assert who(client) == "alice"


@pytest.mark.parametrize("which", ["none", "another"])
def test_it_is_not_believed_without_its_authority(client: Client, db, configured, which, tmp_path: Path):
    configured.OIDC_CA = "" if which == "none" else authority_and_server(tmp_path)[0]
    answer = client.get(reverse("sso"))
    assert answer.status_code == 502
    assert "did not answer as it should" in answer.text


@pytest.mark.parametrize("text", ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n", "né"])
def test_what_is_no_certificate_is_said_at_the_start(configured, text):
    configured.OIDC_CA = text
    with pytest.raises(ImproperlyConfigured, match="no certificate in PEM"):
        sso_provider.check_setting()


def test_a_certificate_is_taken_at_the_start(configured):
    sso_provider.check_setting()
    configured.OIDC_CA = ""
    sso_provider.check_setting()


def test_a_file_that_is_not_there_is_said_at_the_start(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("OIDC_CA_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(ImproperlyConfigured, match=r"OIDC_CA_FILE names .*ca\.pem, which cannot be read"):
        env.text("OIDC_CA", "")
    (tmp_path / "ca.pem").write_bytes(b"\x30\x82\xff")
    with pytest.raises(ImproperlyConfigured, match="it is no text"):
        env.text("OIDC_CA", "")
