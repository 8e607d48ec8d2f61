"""Owns how a command names a person whose token it may use."""

from django.contrib.auth.models import User
from django.core.management.base import CommandError

from accounts import tokens
from mastportal.mast.connection import Credential


def credential_of(name: str) -> Credential:
    """The stored token of the person called `name`. Raises CommandError where there is none."""
    person = User.objects.filter(username=name).first()
    credential = tokens.credential(person) if person else None
    if credential is None:
        raise CommandError(f"No MAST token is stored for {name}: they enter it on their account page.")
    return credential
