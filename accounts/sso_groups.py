"""Owns which memberships group claims give: OIDC_GROUPS says which, and only these come and go by them.

A membership that came about otherwise stays as it is, whatever the claims say.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured

from accounts import audit
from accounts.audit import Event
from accounts.models import Membership, ResearchGroup, Role

RANKS = [Role.READER.value, Role.EDITOR.value, Role.OWNER.value]


def check_setting() -> None:
    """Raises ImproperlyConfigured unless OIDC_GROUPS is `{claim: {group: role}}`."""
    told = settings.OIDC_GROUPS
    groups = list(told.values()) if isinstance(told, dict) else [None]
    if not all(isinstance(each, dict) and set(each.values()) <= set(RANKS) for each in groups):
        raise ImproperlyConfigured(
            'OIDC_GROUPS is JSON such as {"astro-exo": {"Exoplanets": "editor"}}, '
            f"with the roles {', '.join(RANKS)}."
        )


def roles_of(claims: Mapping[str, Any]) -> dict[str, str]:
    """The names of research groups that the claims give, each with the highest role given."""
    told = claims.get(settings.OIDC_GROUPS_CLAIM)
    values = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    roles: dict[str, str] = {}
    for value in filter(lambda each: isinstance(each, str), values):
        for group, role in settings.OIDC_GROUPS.get(value, {}).items():
            roles[group] = max(role, roles.get(group, role), key=RANKS.index)
    return roles


def follow(person: User, claims: Mapping[str, Any], given: Collection[int]) -> list[int]:
    """Give and take memberships; `given` and the answer are the groups joined by claims, before and now."""
    wanted = {
        ResearchGroup.objects.get_or_create(name=name)[0].pk: role for name, role in roles_of(claims).items()
    }
    for seat in Membership.objects.filter(user=person, group_id__in=set(given) - set(wanted)):
        audit.note(Event.LEFT, None, person=person, group_id=seat.group_id, way="sign-on")
        seat.delete()
    return [group_id for group_id, role in wanted.items() if _join(person, group_id, role, group_id in given)]


def _join(person: User, group_id: int, role: str, is_given: bool) -> bool:
    """Whether the claims, and not somebody in the portal, made this membership."""
    seat, is_new = Membership.objects.get_or_create(user=person, group_id=group_id, defaults={"role": role})
    if is_new:
        audit.note(Event.JOINED, None, person=person, group_id=group_id, role=role, way="sign-on")
    elif is_given and seat.role != role:
        Membership.objects.filter(pk=seat.pk).update(role=role)
        audit.note(Event.ROLE_CHANGED, None, person=person, group_id=group_id, role=role, way="sign-on")
    return is_new or is_given
