"""Owns who a REST request comes from when it carries `Authorization: Token KEY`. Grants nothing by itself."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import keys


class ApiKeyAuthentication(BaseAuthentication):
    """An API key made on the account page or by `./run manage api_token USER`."""

    scheme = "Token"

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The key's owner; None when no key is given. Raises AuthenticationFailed for a wrong one."""
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.scheme.lower():
            return None
        person = keys.owner_of(key.strip())
        if person is None:
            raise AuthenticationFailed(
                "This API key is unknown or was removed; make one on the account page."
            )
        return person, None

    def authenticate_header(self, request: Request) -> str:
        return self.scheme


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The same, in the OpenAPI document."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token KEY`, where KEY begins with `mpk_`.",
        }
