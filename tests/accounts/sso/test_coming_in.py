"""Single sign-on against a real provider: who comes in as whom, with which groups, and out again."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts import sso, sso_provider
from accounts.audit import Event
from accounts.models import AuditEntry, Membership
from mastportal.embedded.state import free_port
from tests.accounts.sso.steps import PORTAL, come_in, connected, who


def test_the_page_offers_it_and_the_way_has_pkce_and_a_state(client, db, issuer):
    assert "Institute login" in client.get(reverse("sign-in")).text
    away = client.get(reverse("sso"))
    assert away.url.startswith(f"{issuer}/auth?")
    told = parse_qs(urlsplit(away.url).query)
    assert told["code_challenge_method"] == ["S256"]
    assert told["code_challenge"]
    assert told["state"]
    assert told["redirect_uri"] == [f"{PORTAL}/sign-in/sso/back/"]


def test_a_known_subject_comes_in_and_is_written_down(client, visitor, issuer, alice):
    connected(alice, issuer)
    answer = come_in(client, visitor, "subject-alice")
    assert answer.url == "/account/"
    assert who(client) == "alice"
    entry = AuditEntry.objects.get(event=Event.SIGNED_IN)
    assert (entry.person, entry.facts) == (alice.profile.audit_id, {"way": "sign-on"})
    assert "Institute login" in client.get(reverse("account-sessions")).text


@pytest.mark.parametrize(
    ("subject", "match"),
    [
        ("subject-alice", False),
        ("subject-alice", True),
        ("subject-mallory", True),
        ("subject-texts", True),
        ("subject-new", True),
    ],
)
def test_an_unknown_subject_comes_in_by_verified_mail_only_if_configured(
    client, visitor, alice, configured, subject, match
):
    configured.OIDC_MATCH_MAIL = match
    answer = come_in(client, visitor, subject)
    if match and subject == "subject-alice":
        assert who(client) == "alice"
        configured.OIDC_MATCH_MAIL = False
        assert come_in(Client(), visitor, subject).url == "/account/"  # by subject from now on
    else:
        assert answer.status_code == 403
        assert "No account of this portal" in answer.text
        assert who(client) == "nobody"
        assert User.objects.count() == 1
        assert not SocialAccount.objects.exists()


def test_an_address_of_two_accounts_opens_neither(client, visitor, alice, bob, configured):
    configured.OIDC_MATCH_MAIL = True
    User.objects.filter(pk=bob.pk).update(email="Alice@lab.example")
    answer = come_in(client, visitor, "subject-alice")
    assert answer.status_code == 403
    assert "Several accounts" in answer.text


def test_an_address_that_was_handed_on_does_not_open_its_first_owners_account(
    client, visitor, alice, configured, issuer
):
    configured.OIDC_MATCH_MAIL = True
    connected(alice, issuer, "subject-before")
    answer = come_in(client, visitor, "subject-alice")
    assert answer.status_code == 403
    assert "another sign-on" in answer.text


def test_an_account_is_made_only_if_configured(client, visitor, alice, configured):
    configured.OIDC_SIGN_UP = True
    assert come_in(client, visitor, "subject-new").url == "/account/"
    person = User.objects.get(email="nina@lab.example")
    assert person.username not in {"", "alice"}
    assert person.first_name == "Nina <b>"
    assert not person.has_usable_password()
    assert not person.is_staff
    assert "Nina &lt;b&gt;" in client.get("/account/").text
    assert come_in(Client(), visitor, "subject-new").url == "/account/"
    assert User.objects.count() == 2


def test_no_account_is_made_beside_one_with_the_address(client, visitor, alice, configured):
    configured.OIDC_SIGN_UP = True
    answer = come_in(client, visitor, "subject-alice")
    assert answer.status_code == 403
    assert "connect the two" in answer.text
    assert User.objects.count() == 1


def test_somebody_switched_off_does_not_come_in(client, visitor, issuer, alice):
    connected(alice, issuer)
    User.objects.update(is_active=False)
    answer = come_in(client, visitor, "subject-alice")
    assert answer.status_code == 403
    assert "switched off" in answer.text
    assert not Membership.objects.filter(group__name="Exoplanets").exists()


def test_the_same_subject_of_another_issuer_is_somebody_else(client, visitor, alice):
    connected(alice, "https://other.example")
    assert come_in(client, visitor, "subject-alice").status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_elsewhere(client, visitor, issuer, alice, wanted):
    connected(alice, issuer)
    assert come_in(client, visitor, "subject-alice", wanted).url == "/"


def test_another_browser_cannot_use_the_answer_nor_the_same_one_twice(client, visitor, issuer, alice):
    connected(alice, issuer)
    away = client.get(reverse("sso"))
    back = visitor.sign_in(away.url, "subject-alice")
    stolen = Client().get(back)
    assert stolen.status_code == 403
    assert "Begin anew" in stolen.text
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 403
    assert who(client) == "nobody"


def test_who_declines_there_is_told_so_here(client, visitor, db):
    away = client.get(reverse("sso"))
    answer = client.get(visitor.sign_in(away.url, "", agree=False))
    assert answer.status_code == 403
    assert "You did not sign in at the single sign-on" in answer.text


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?error=server_error&state=%00", "?code=a&state=b"]
)
def test_an_answer_nobody_asked_for_is_refused(client, db, query):
    assert client.get(reverse("sso-back") + query).status_code == 403


def test_a_made_up_code_is_the_providers_failure(client, db):
    away = client.get(reverse("sso"))
    state = parse_qs(urlsplit(away.url).query)["state"][0]
    answer = client.get(reverse("sso-back"), {"state": state, "code": "made-up"})
    assert answer.status_code == 502
    assert "did not answer as it should" in answer.text


@pytest.mark.parametrize("address", ["another name", "nobody there", "no provider"])
def test_a_provider_that_is_not_the_configured_one_is_not_asked(client, db, configured, issuer, address):
    addresses = {
        "another name": issuer.replace("127.0.0.1", "localhost"),
        "nobody there": f"http://127.0.0.1:{free_port()}",
        "no provider": configured.ARCHIVE_URL,
    }
    configured.OIDC_ISSUER = addresses[address]
    answer = client.get(reverse("sso"))
    assert answer.status_code == 502
    assert "sign in with a password" in answer.text


def test_a_token_that_another_key_signed_is_not_believed(rf, issuer):
    provider = sso_provider._Provider(rf.get("/"), sso.PROVIDER)
    keys = provider.openid_config["jwks_uri"]
    with sso_provider.SignOnAdapter().get_requests_session() as session:
        kid = session.get(keys).json()["keys"][0]["kid"]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    words = {"iss": issuer, "aud": "portal", "sub": "subject-alice", "exp": 4102444800}
    for forged in (
        jwt.encode(words, key, algorithm="RS256", headers={"kid": kid}),
        jwt.encode(words, None, algorithm="none", headers={"kid": kid}),
        jwt.encode(words, "a secret of both" * 4, algorithm="HS256", headers={"kid": kid}),
    ):
        with pytest.raises(sso_provider.NO_SENSE):
            provider._checked(forged, provider.get_provider().app)


@pytest.mark.parametrize("subject", ["", "x" * 300, "a\nb", "a\0"])
def test_a_subject_that_is_none_is_refused(subject):
    with pytest.raises(sso.SignOnFailed):
        sso.uid_of("https://login.example", subject)


def test_signing_out_ends_the_providers_session_too(client, visitor, issuer, alice):
    connected(alice, issuer)
    come_in(client, visitor, "subject-alice")
    assert visitor.is_known(Client().get(reverse("sso")).url)
    page = client.post(reverse("sign-out"))
    assert who(client) == "nobody"
    onward = re.search(r'content="0; url=([^"]+)"', page.text)
    assert onward
    assert visitor.sign_out(html.unescape(onward[1])) == f"{PORTAL}{reverse('sign-in')}"
    assert not visitor.is_known(Client().get(reverse("sso")).url)


def test_who_came_in_by_password_is_not_sent_there(client, alice):
    client.force_login(alice)
    assert client.post(reverse("sign-out")).url == reverse("sign-in")


def test_the_identity_token_is_sealed_in_the_session(client, visitor, issuer, alice):
    connected(alice, issuer)
    come_in(client, visitor, "subject-alice")
    kept = Session.objects.get(session_key=client.session.session_key).get_decoded()
    assert kept[sso_provider.KEPT]["hint"]
    assert "eyJ" not in str(kept)


def test_without_a_provider_there_is_no_such_address(client, alice, configured):
    configured.OIDC_ISSUER = ""
    assert "Institute login" not in client.get(reverse("sign-in")).text
    assert client.get(reverse("sso")).status_code == 404
    assert client.get(reverse("sso-back")).status_code == 404
    client.force_login(alice)
    assert client.post(reverse("sso-connect")).status_code == 404
