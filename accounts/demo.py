"""Owns the demo accounts, which exist only beside the sandbox archive. Reads no file."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.models import Membership, Profile, ResearchGroup, Role

GROUPS = {
    "alice": ("Demo group", Role.OWNER),
    "bob": ("Demo group", Role.EDITOR),
    "charlie": ("Another group", Role.OWNER),
}
ADMIN = "admin"
NAMES = (*GROUPS, ADMIN)


class NotASandbox(Exception):
    """Demo accounts were asked for beside a real archive."""


@sensitive_variables("passwords", "password")
@transaction.atomic
def make_people(passwords: Mapping[str, str]) -> list[str]:
    """Make the demo accounts with these passwords, or set theirs to them; the names, in order.

    Raises NotASandbox with any other archive, KeyError for a name without a password.
    """
    if not settings.ARCHIVE_IS_SANDBOX:
        raise NotASandbox("Demo accounts exist only with the sandbox archive.")
    for name in NAMES:
        person, _ = User.objects.get_or_create(
            username=name, defaults={"first_name": name.capitalize(), "email": f"{name}@demo.invalid"}
        )
        password = passwords[name]
        if not person.check_password(password):
            person.set_password(password)
        person.is_staff = person.is_superuser = name == ADMIN
        person.save()
        Profile.objects.get_or_create(user=person)
    for name, (group_name, role) in GROUPS.items():
        group, _ = ResearchGroup.objects.get_or_create(name=group_name)
        person = User.objects.get(username=name)
        Membership.objects.update_or_create(group=group, user=person, defaults={"role": role})
    return list(NAMES)


def people() -> list[str]:
    """The demo accounts that exist: none beside a real archive."""
    if not settings.ARCHIVE_IS_SANDBOX:
        return []
    found = set(User.objects.filter(username__in=NAMES).values_list("username", flat=True))
    return [name for name in NAMES if name in found]
