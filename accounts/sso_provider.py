"""Owns what the portal and the lab's OpenID Connect provider say to each other; by allauth, but stricter.

One issuer, found by discovery and the one configured; PKCE always; the identity token's signature is checked;
the same subject in all that is told. Requests go through the door for outgoing ones, to the issuer's own host
wherever that lies. Who may come in is `accounts.sso`'s.
"""

import logging
import traceback
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import httpx
from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthError, AuthProcess, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts import sso
from accounts.sign_in import NotSignedIn
from accounts.sso import SignOnFailed
from mastportal import outgoing
from mastportal.keyring import fernet

logger = logging.getLogger(__name__)
KEPT = "sign_on"  # in the session: how the provider's own session is ended
# What a provider that answers nonsense, or not at all, comes to here.
NO_SENSE = (
    httpx.HTTPError,
    httpx.InvalidURL,
    OAuth2Error,
    ProviderException,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
)
NO_ANSWER = (
    "The single sign-on did not answer as it should. Try again in a minute, or sign in with a password."
)


def check_setting() -> None:
    """Raises ImproperlyConfigured unless OIDC_CA, where it is set, holds certificates."""
    try:
        if settings.OIDC_CA:
            outgoing.trusted(settings.OIDC_CA)
    except ValueError:
        raise ImproperlyConfigured(
            "OIDC_CA holds no certificate in PEM, of whoever vouches for the provider's; OIDC_CA_FILE may "
            "name the file that it lies in."
        ) from None


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth asks about accounts elsewhere."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The provider of the settings, and none from a table."""
        return [_app()] if sso.is_on() else []

    def get_requests_session(self) -> httpx.Client:
        issuer = urlsplit(settings.OIDC_ISSUER)
        port = issuer.port or (443 if issuer.scheme == "https" else 80)
        return outgoing.client(also=[f"{issuer.hostname}:{port}"], authorities=settings.OIDC_CA)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> NoReturn:
        """Raises in place of showing a page of allauth's."""
        if error == AuthError.CANCELLED:
            raise NotSignedIn(
                "You did not sign in at the single sign-on, so you are not signed in here either."
            )
        if "state_id" in (extra_context or {}):
            raise NotSignedIn("This was begun in another browser, or too long ago. Begin anew.")
        raise _failed(exception or OAuth2Error())

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide who comes in before allauth does. Raises NotSignedIn."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            if isinstance(request.user, User):
                sso.connect(request.user, sociallogin.account.uid)
            raise ImmediateHttpResponse(redirect("account-sessions"))
        sociallogin.account = sso.enter(sociallogin.account.uid, sociallogin.claims)
        sociallogin.user = sociallogin.account.user


class _Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The conversation with the configured provider, in one request."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if config["issuer"] != settings.OIDC_ISSUER:
            raise ProviderException("the document found by discovery names another issuer")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("sso-back"))

    @sensitive_variables()
    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Who the provider says it is. Raises one of NO_SENSE."""
        signed = kwargs["response"]["id_token"]
        words = self._checked(signed, app)
        told = self._fetch_user_info(token.token) if "userinfo_endpoint" in self.openid_config else words
        if told["sub"] != words["sub"]:
            raise ProviderException("the provider told of two subjects at once")
        uid = sso.uid_of(words["iss"], words["sub"])
        login = self.get_provider().sociallogin_from_response(request, {"sub": uid})
        login.account.extra_data = sso.kept_of(uid)
        login.claims = {**told, **words}
        login.way_out = {"hint": fernet().encrypt(signed.encode()).decode(), "end": self._end()}
        return login

    def _checked(self, signed: str, app: SocialApp) -> dict[str, Any]:
        words: dict[str, Any] = jwtkit.verify_and_decode(
            credential=signed,
            keys_url=self.openid_config["jwks_uri"],
            issuer=settings.OIDC_ISSUER,
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return words

    def _end(self) -> str:
        """Where the provider ends its own session; empty where it cannot."""
        address = str(self.openid_config.get("end_session_endpoint", ""))
        return address if address.startswith(("https://", f"{settings.OIDC_ISSUER.rstrip('/')}/")) else ""


def _app() -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=sso.PROVIDER,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={
            "server_url": settings.OIDC_ISSUER.rstrip("/"),
            "token_auth_method": settings.OIDC_TOKEN_AUTH,
            "oauth_pkce_enabled": True,
            "scope": settings.OIDC_SCOPES,
        },
    )


def _failed(error: Exception) -> SignOnFailed:
    """For the log where it went wrong, but no words of the provider's: tokens may be among them."""
    where = traceback.extract_tb(error.__traceback__)[-1:]
    place = f"{where[0].name}, line {where[0].lineno}" if where else "the answer"
    words = str(error) if isinstance(error, httpx.HTTPError | ProviderException) else ""
    logger.warning("Single sign-on failed with %s in %s. %s", type(error).__name__, place, words[:300])
    return SignOnFailed(NO_ANSWER)


def go(request: HttpRequest, onward: str, *, connect: bool = False) -> str:
    """The provider's address at which the person is to sign in. Raises SignOnFailed."""
    process = AuthProcess.CONNECT if connect else AuthProcess.LOGIN
    try:
        provider = _Provider(request, sso.PROVIDER).get_provider()
        provider.oauth2_adapter_class = _Provider
        return str(provider.redirect(request, process, next_url=onward).url)
    except NO_SENSE as error:
        raise _failed(error) from error


def come_back(request: HttpRequest) -> HttpResponse:
    """What follows on what the provider said: signed in, or connected. Raises NotSignedIn."""
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(_Provider(request, sso.PROVIDER))(request)
    except NO_SENSE as error:
        raise _failed(error) from error
    return response


@receiver(user_logged_in)
def keep_way_out(sender: object, request: HttpRequest, sociallogin: Any = None, **_: Any) -> None:
    """Receiver: what ending the provider's session will take, sealed, since it tells who somebody is."""
    if sociallogin is not None:
        request.session[KEPT] = sociallogin.way_out


def way_out(request: HttpRequest) -> str:
    """The provider's address that ends its session too, for who came in by it; else empty."""
    kept = request.session.get(KEPT) or {}
    if not sso.is_on() or not kept.get("end"):
        return ""
    told = {
        "client_id": settings.OIDC_CLIENT_ID,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("sign-in")),
    }
    with suppress(InvalidToken):  # the key it was sealed with is gone: the provider asks the person
        told["id_token_hint"] = fernet().decrypt(kept["hint"]).decode()
    return f"{kept['end']}{'&' if '?' in kept['end'] else '?'}{urlencode(told)}"
