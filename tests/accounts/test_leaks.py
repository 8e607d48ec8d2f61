"""The clear token is found nowhere: database, Valkey, admin, error report, logs, answers, pickles."""

import pickle
import sys

import pytest
import redis
from django.conf import settings
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter

from accounts import archive, keys, tokens
from tests.acceptance.secret_places import value_of
from tests.people import client_of, signed_in

CLEAR = "sandbox-token-alice"


def database_text() -> str:
    """Every value of every table, as PostgreSQL writes it, and bytes as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')
            for row in cursor.fetchall():
                found += [v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row]
    return "\n".join(found)


def valkey_text() -> str:
    """Every key and value of every database that the portal uses."""
    found = []
    for number in (0, 1):
        link = redis.Redis.from_url(f"{settings.VALKEY_URL}/{number}")
        for key in link.scan_iter():
            found.append(repr(key) + repr(value_of(link, key)))  # not by DUMP, which packs what it gives
        link.close()
    return "\n".join(found)


@pytest.fixture
def entered(alice, sandbox, caplog) -> Client:
    """Alice, having entered her token on the page with everything logged."""
    caplog.set_level("DEBUG")
    client = signed_in(alice)
    client.post(reverse("account-token"), {"token": CLEAR})
    assert tokens.state(alice)["stored"]
    return client


def test_not_in_the_database(entered):
    text = database_text()
    assert "alice" in text
    assert CLEAR not in text
    assert CLEAR.encode().hex() not in text


def test_not_in_valkey(entered):
    text = valkey_text()
    assert entered.cookies["sessionid"].value in text
    assert CLEAR not in text


def test_not_in_the_logs(entered, alice, caplog):
    archive.client(alice).whoami()
    tokens.recheck(alice)
    assert CLEAR not in caplog.text
    assert not any(CLEAR in repr(record.__dict__) for record in caplog.records)


def test_not_in_pages_and_answers(entered, alice):
    assert CLEAR not in entered.get("/account/").text
    assert CLEAR not in client_of(alice).get("/api/v1/me/mast-token").text


@pytest.mark.parametrize("model", ["archivetoken", "apitoken"])
def test_not_in_the_admin(entered, alice, admin_client, model):
    _, key = keys.make(alice, "laptop")
    listed = admin_client.get(reverse(f"admin:accounts_{model}_changelist"))
    row = alice.archive_token if model == "archivetoken" else alice.api_tokens.get()
    shown = admin_client.get(reverse(f"admin:accounts_{model}_change", args=[row.pk]))
    for answer in (listed, shown):
        assert answer.status_code == 200
        assert CLEAR not in answer.text
        assert key not in answer.text
    if model == "archivetoken":
        assert bytes(row.sealed).decode() not in shown.text
    else:
        assert row.digest not in shown.text


def test_the_admin_neither_adds_nor_changes_a_token(entered, alice, admin_client):
    assert admin_client.get(reverse("admin:accounts_archivetoken_add")).status_code == 403
    address = reverse("admin:accounts_archivetoken_change", args=[alice.archive_token.pk])
    assert admin_client.post(address, {"owner": "mallory"}).status_code == 403


@pytest.fixture
def reports():
    """The HTML and text reports of errors that pages end with."""
    made = []

    def report(sender, request, **_):
        reporter = ExceptionReporter(request, *sys.exc_info())
        made.extend([reporter.get_traceback_html(), reporter.get_traceback_text()])

    got_request_exception.connect(report)
    yield made
    got_request_exception.disconnect(report)


@pytest.mark.parametrize("debug", [False, True])
def test_not_in_an_error_report(entered, reports, settings, debug):
    entered.raise_request_exception = False
    settings.DEBUG, settings.TOKEN_KEYS = debug, ["a broken key"]
    answer = entered.post(reverse("account-token"), {"token": CLEAR})
    assert answer.status_code == 500
    assert reports
    assert not any(CLEAR in text for text in [answer.text, *reports])


@pytest.mark.parametrize("debug", [False, True])
def test_not_in_an_error_of_the_api(alice, sandbox, settings, debug, caplog):
    settings.DEBUG, settings.TOKEN_KEYS = debug, ["a broken key"]
    answer = client_of(alice).put("/api/v1/me/mast-token", {"token": CLEAR}, format="json")
    assert answer.status_code == 500
    assert CLEAR not in answer.text
    assert CLEAR not in caplog.text


def test_not_in_a_pickle_or_a_repr(entered, alice):
    opened = tokens.credential(alice)
    assert CLEAR not in f"{opened} {opened!r} {archive.client(alice)!r} {vars(archive.client(alice))}"
    with pytest.raises(TypeError):
        pickle.dumps(opened)


def test_an_api_key_is_not_kept_in_clear(alice):
    _, key = keys.make(alice, "laptop")
    assert key not in database_text()
