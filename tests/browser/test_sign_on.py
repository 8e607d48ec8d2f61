"""Over the lab's single sign-on in and out again, in a browser that holds to our policy for forms."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from accounts import sso
from tests.accounts.identity_provider import running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issuer(site: str, settings: Any) -> Iterator[str]:
    with running([site]) as address:
        settings.OIDC_ISSUER, settings.OIDC_NAME = address, "Institute login"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "portal", "a secret of both"
        yield address


def test_in_and_out_by_single_sign_on(
    page: Page, site: str, issuer: str, alice: User, shoot: Callable[[str], None]
) -> None:
    SocialAccount.objects.create(user=alice, provider=sso.PROVIDER, uid=f"{issuer} subject-alice")
    page.goto(f"{site}/account/sessions/")
    shoot("sign-in-sso")
    page.get_by_role("link", name="Institute login").click()
    page.get_by_placeholder("Enter any login").fill("subject-alice")
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    expect(page).to_have_url(f"{site}/account/sessions/")
    expect(page.get_by_role("row", name="this one")).to_contain_text("Institute login")
    shoot("sessions")
    page.locator(".topbar summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page).to_have_url(re.compile(f"^{site}/sign-in/"))
    expect(page.get_by_role("link", name="Institute login")).to_be_visible()
