"""What the log says of addresses that open something."""

import logging
import secrets
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from mastportal.logs import WithoutSecrets, without_secrets


def test_secrets_in_addresses_are_left_out() -> None:
    secret = secrets.token_urlsafe(32)
    for path in (f"/join/{secret}/", f"/feeds/{secret}/calendar.ics", f"/feeds/{secret}", f"/a/{secret}?x=1"):
        assert secret not in without_secrets(f"Not Found: {path}")
    assert without_secrets(f"Token mpk_{secret}") == "Token mpk_…"


def test_what_opens_nothing_stays() -> None:
    for path in (f"/results/{uuid4()}/state", "/programmes/JWST/1176/", "/observations/300000001/download"):
        assert without_secrets(f"Not Found: {path}") == f"Not Found: {path}"


def test_the_portals_log_is_written_so() -> None:
    handler = settings.LOGGING["handlers"]["console"]
    assert [settings.LOGGING["filters"][name]["()"] for name in handler["filters"]] == [
        "mastportal.logs.WithoutSecrets"
    ]


def test_a_refused_secret_address_is_told_without_it(
    client: Client, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    secret = secrets.token_urlsafe(32)
    caplog.handler.addFilter(only := WithoutSecrets())
    try:
        with caplog.at_level(logging.WARNING):
            client.put(f"/join/{secret}/")
    finally:
        caplog.handler.removeFilter(only)
    assert "/join/…/" in caplog.text
    assert secret not in caplog.text
