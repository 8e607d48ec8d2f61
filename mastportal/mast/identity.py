"""Whose token it is, by the archive's answer of /whoami."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Identity:
    """A person the archive knows; `owner` is empty for nobody's token."""

    anonymous: bool
    owner: str
    scopes: tuple[str, ...]


def identity_in(answer: Mapping[str, Any]) -> Identity:
    """Who the answer names. What does not say that it is somebody's is anonymous."""
    anonymous = bool(answer.get("anon", True))
    owner = "" if anonymous else str(answer.get("ezid") or answer.get("eppn") or "")
    return Identity(anonymous, owner, tuple(map(str, answer.get("scopes") or ())))
