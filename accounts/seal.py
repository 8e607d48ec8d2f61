"""Owns how a token is sealed for the database: Fernet, newest key first. Knows no people, no archive."""

import json

from cryptography.fernet import InvalidToken
from django.views.decorators.debug import sensitive_variables

from mastportal.keyring import fernet
from mastportal.mast.connection import Credential


class Unreadable(Exception):
    """The seal opens with none of the keys, or was made for another person."""


@sensitive_variables("clear", "content")
def seal(clear: str, user_id: int) -> bytes:
    """`clear`, bound to one person, so that a row copied to another person's name does not open."""
    content = json.dumps({"user": user_id, "token": clear})
    return fernet().encrypt(content.encode())


@sensitive_variables("content")
def open_seal(sealed: bytes | memoryview, user_id: int) -> Credential:
    """The opaque credential. Raises Unreadable."""
    try:
        content = json.loads(fernet().decrypt(bytes(sealed)))
    except InvalidToken:
        raise Unreadable("The stored token opens with none of the portal's keys.") from None
    if content["user"] != user_id:
        raise Unreadable("The stored token was sealed for another person.")
    return Credential(content["token"])


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same, under the newest key. Raises Unreadable."""
    try:
        return fernet().rotate(bytes(sealed))
    except InvalidToken:
        raise Unreadable("The stored token opens with none of the portal's keys.") from None
