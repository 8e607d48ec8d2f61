"""The top bar: archive status, token state, the four places, the banner; and what it costs."""

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from accounts import archive, context, tokens


def test_the_four_places(web):
    text = web.get("/account/").text
    for place in (
        '<a href="/">Search',
        '<a href="/results/">Results',
        '<a href="/baskets/">',
        '<a href="/bundles/">',
    ):
        assert place in text


def test_the_sandbox_is_said(web, settings):
    assert "<strong>Sandbox archive</strong>" in web.get("/account/").text
    settings.ARCHIVE_IS_SANDBOX = False
    assert "<strong>Sandbox archive</strong>" not in web.get("/account/").text


def test_the_archive_up_and_down(web, sandbox):
    cache.clear()
    assert "is-unknown" in web.get("/account/").text
    archive.listen()
    assert "is-up" in web.get("/account/").text
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "status", "status": 503})
    cache.delete(archive.HEARD)
    archive.listen()
    assert "is-down" in web.get("/account/").text


@pytest.mark.parametrize("state", ["none", "valid", "expiring", "expired", "refused", "missing-scope"])
def test_every_state_of_a_token_has_its_words(state):
    assert context.SHORT[state]


def test_the_tokens_state(web, alice, sandbox):
    assert "No token" in web.get("/account/").text
    tokens.store(alice, "sandbox-token-alice")
    assert "No token" not in web.get("/account/").text


def test_nobody_is_offered_sign_in(client, db):
    text = client.get("/sign-in/").text
    assert "token-state" not in text
    assert ">Sign in</a>" in text


def test_nothing_is_asked_until_it_is_shown(alice, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = alice
    with django_assert_num_queries(0):
        shown = context.portal(request)
    with django_assert_num_queries(1):
        assert shown["token_state"]["short"] == "No token"


def test_an_error_before_anybody_is_known():
    assert "token_state" not in context.portal(RequestFactory().get("/"))


def test_pages_hold_no_inline_script_or_style(web):
    for address in ("/account/", "/account/password/"):
        text = web.get(address).text
        assert " style=" not in text
        assert "<style" not in text
        assert text.count("<script") == text.count("<script src=") + text.count('<script type="module" src=')
        assert " onclick" not in text


def test_an_unknown_address_is_a_page_of_ours(web):
    answer = web.get("/no/such/place")
    assert answer.status_code == 404
    assert "There is nothing here." in answer.text
    assert "alice" in answer.text


def test_an_outdated_form_is_explained(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/account/token/", {"token": "x"})
    assert answer.status_code == 403
    assert "open for too long" in answer.text


def test_a_broken_page_is_a_page_of_ours(web, sandbox, settings):
    web.raise_request_exception = False
    settings.TOKEN_KEYS = ["a broken key"]
    assert "The portal made a mistake." in web.post("/account/token/", {"token": "sandbox-token-alice"}).text
