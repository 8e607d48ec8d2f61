"""Owns who a REST request comes from when it carries `Authorization: Token KEY`. Grants nothing by itself."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts import keys
from accounts.models import ApiToken, Scope


class ApiKeyAuthentication(BaseAuthentication):
    """An API key made on the account page or by `./run manage api_token USER`."""

    scheme = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The key's owner and the key; None when no key is given.

        Raises AuthenticationFailed for one that is wrong or has ended, PermissionDenied where its scope is
        `read` and the request would change something: here, so that no view can forget it.
        """
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.scheme.lower():
            return None
        try:
            row = keys.opened(key.strip())
        except keys.Expired as reason:
            raise AuthenticationFailed(str(reason)) from None
        if row is None:
            raise AuthenticationFailed(
                "This API key is unknown or was removed; make one on the account page."
            )
        if row.scope == Scope.READ and request.method not in SAFE_METHODS:
            raise PermissionDenied("This API key may only read; use one with the scope write.")
        return row.user, row

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
            "description": "`Token KEY`, where KEY begins with `mpk_`. One of scope `read` may only GET.",
        }
