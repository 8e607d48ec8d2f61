"""What the provider says of groups gives and takes memberships, and only those it gave."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts import sso_groups
from accounts.audit import Event
from accounts.models import AuditEntry, Membership, ResearchGroup
from tests.accounts.sso.steps import come_in, connected


def seats(user: User) -> dict[str, str]:
    return dict(Membership.objects.filter(user=user).values_list("group__name", "role"))


def test_claims_give_and_take_memberships_but_only_their_own(client, visitor, issuer, alice, configured):
    connected(alice, issuer)
    ours = ResearchGroup.objects.create(name="Proposals")
    Membership.objects.create(user=alice, group=ours, role="editor")
    come_in(client, visitor, "subject-alice")
    assert seats(alice) == {"Demo group": "owner", "Exoplanets": "owner", "Proposals": "editor"}

    configured.OIDC_GROUPS = {"exo": {"Exoplanets": "reader"}}
    come_in(Client(), visitor, "subject-alice")
    assert seats(alice) == {"Demo group": "owner", "Exoplanets": "reader", "Proposals": "editor"}

    configured.OIDC_GROUPS = {}
    come_in(Client(), visitor, "subject-alice")
    assert seats(alice) == {"Demo group": "owner", "Proposals": "editor"}
    about = AuditEntry.objects.filter(person=alice.profile.audit_id, facts__way="sign-on").exclude(
        event=Event.SIGNED_IN
    )
    assert [entry.event for entry in about.order_by("id")] == [Event.JOINED, Event.ROLE_CHANGED, Event.LEFT]


@pytest.mark.parametrize("told", [None, 7, [7, None, {"a": 1}], "nothing of ours", [["exo"]]])
def test_claims_without_sense_give_nothing(told):
    assert sso_groups.roles_of({"groups": told}) == {}


@pytest.mark.parametrize("wrong", [{"exo": "Exoplanets"}, {"exo": {"Exoplanets": "boss"}}, {"exo": None}])
def test_a_mistaken_setting_is_refused_at_the_start(configured, wrong):
    configured.OIDC_GROUPS = wrong
    with pytest.raises(ImproperlyConfigured, match="editor"):
        sso_groups.check_setting()
