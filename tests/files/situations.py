"""The matrix of rights as the issue's sentences have it: who asks, in which situation, what should happen.

Knows nothing of the code.
"""

from dataclasses import dataclass
from typing import Any

from mastportal.files.models import Access

PEOPLE = ("alice", "bob", "charlie", "nobody")
WAYS = ("file", "preview", "bundle", "range", "head", "known", "script", "staged")
GIVEN, REFUSED, HIDDEN, SIGN_IN = "given", "refused", "there is no such thing", "sign in first"
TO_COME, PASSED = 99_999.0, 50_000.0


@dataclass(frozen=True)
class Situation:
    """`whose`: in which programme the files are; `readers`: who gets them, by `why`."""

    whose: str
    readers: frozenset[str]
    why: str
    access: str = Access.RESTRICTED
    release_mjd: float = TO_COME


def _situation(whose: str, readers: str, why: str, **changes: Any) -> Situation:
    return Situation(whose, frozenset(readers.split()), why, **changes)


SITUATIONS = {
    "public": _situation(
        "anybody", "alice bob charlie", "the archive gave it to nobody in particular", access=Access.PUBLIC
    ),
    "own programme": _situation("alice", "alice", "the archive accepts her token, and no other"),
    "another's programme": _situation("bob", "bob", "owning the bundle is no right; his token is accepted"),
    "extended": _situation(
        "alice", "alice", "released by the list, but the archive goes on refusing", release_mjd=PASSED
    ),
    "released": _situation(
        "anybody", "alice bob charlie", "the archive gives it to anybody who asks", release_mjd=PASSED
    ),
    "token expired": _situation("alice", "", "the archive no longer knows the token"),
    "token removed": _situation("alice", "", "what was remembered went with it"),
    "token replaced": _situation("alice", "", "what was remembered was the old one's"),
    "token withdrawn": _situation("alice", "", "the next check is refused"),
    "token withdrawn just now": _situation("alice", "alice", "no check is due for less than an hour"),
}


def expected(person: str, situation: Situation, way: str) -> str:
    """What the issue's rules say of one cell."""
    if person == "nobody":
        return SIGN_IN
    if way in ("bundle", "range", "head", "known", "script", "staged") and person == "charlie":
        return HIDDEN  # of another group
    if way == "script":
        return GIVEN  # names are public; bytes it fetches from the archive, with its user's own token
    return GIVEN if person in situation.readers else REFUSED
