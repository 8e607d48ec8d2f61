"""The way over the provider and back, and who one is then."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts import sso
from tests.accounts.identity_provider import Browser

PORTAL = "http://testserver"


def come_in(client: Client, visitor: Browser, subject: str, onward: str = "/account/") -> Any:
    """Over the provider and back, and what the portal answers."""
    away = client.get(reverse("sso"), {"next": onward})
    return client.get(visitor.sign_in(away.url, subject))


def connected(user: User, issuer: str, subject: str = "subject-alice") -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider=sso.PROVIDER, uid=f"{issuer} {subject}")


def who(client: Client) -> str:
    return client.get("/api/v1/me").json().get("username", "nobody")
