"""An account connected with a sign-on and parted from it, by its person or an administrator."""

import html
import re

from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from accounts.audit import Event
from accounts.models import AuditEntry
from tests.accounts.sso.steps import come_in, connected, who


def test_connecting_and_disconnecting(client, visitor, issuer, alice):
    client.force_login(alice)
    page = client.post(reverse("sso-connect"))
    onward = re.search(r'content="0; url=([^"]+)"', page.text)
    assert onward
    back = client.get(visitor.sign_in(html.unescape(onward[1]), "subject-alice"))
    assert back.url == reverse("account-sessions")
    assert "is connected" in client.get(back.url).text
    assert who(client) == "alice"
    assert come_in(Client(), visitor, "subject-alice").url == "/account/"
    client.post(reverse("sso-disconnect"))
    assert come_in(Client(), visitor, "subject-alice").status_code == 403
    events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {Event.SIGN_ON_CONNECTED, Event.SIGN_ON_REMOVED} <= events


def test_anothers_sign_on_is_not_taken_over(client, visitor, issuer, alice, bob):
    connected(bob, issuer)
    client.force_login(alice)
    page = client.post(reverse("sso-connect"))
    onward = re.search(r'content="0; url=([^"]+)"', page.text)
    assert onward
    back = client.get(visitor.sign_in(html.unescape(onward[1]), "subject-alice"), follow=True)
    assert "belongs to another account" in back.text
    assert SocialAccount.objects.get().user == bob
    assert who(client) == "alice"


def test_who_has_no_password_keeps_the_only_way_in(client, issuer, alice):
    connected(alice, issuer)
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    assert "Disconnect" not in client.get(reverse("account-sessions")).text
    assert "could not come in" in client.post(reverse("sso-disconnect"), follow=True).text
    assert SocialAccount.objects.exists()


def test_an_administrator_connects_by_hand(client, visitor, issuer, alice, admin_client):
    form = reverse("admin:socialaccount_socialaccount_add")
    for subject, status in (("a\nb", 200), ("subject-alice", 302), ("subject-alice", 200)):
        assert admin_client.post(form, {"user": alice.pk, "subject": subject}).status_code == status
    row = SocialAccount.objects.get()
    assert come_in(client, visitor, "subject-alice").url == "/account/"
    assert admin_client.get(reverse("admin:socialaccount_socialaccount_changelist")).status_code == 200
    gone = admin_client.post(
        reverse("admin:socialaccount_socialaccount_delete", args=[row.pk]), {"post": "yes"}
    )
    assert gone.status_code == 302
    assert not SocialAccount.objects.exists()
    about = AuditEntry.objects.filter(person=alice.profile.audit_id)
    assert {Event.SIGN_ON_CONNECTED, Event.SIGN_ON_REMOVED} <= set(about.values_list("event", flat=True))
