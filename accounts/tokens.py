"""Owns a person's MAST token: checked on entry, kept sealed, its state told, forgotten; shown to nobody."""

from datetime import datetime, timedelta
from typing import TypedDict

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import archive, vault
from accounts.access import Person, id_of
from accounts.models import ArchiveToken, TokenState
from accounts.seal import seal
from mastportal.mast.client import Identity, MastClient
from mastportal.mast.connection import Credential
from mastportal.mast.errors import ArchiveError, BadQuestion, Refused

EXCLUSIVE_ACCESS = "mast:exclusive_access"
# MAST ends a token 60 days after it was made, or after 10 days without use (MAST Accounts pages).
LIFETIME, IDLE = timedelta(days=60), timedelta(days=10)
WARN_BEFORE = timedelta(days=3)
# Longer than any token MAST makes; a pasted page is not one.
LONGEST = 200
REFUSALS = {
    TokenState.REFUSED: (
        "MAST does not accept this token: it is mistyped, was revoked, or has expired (a token ends 60 days "
        "after it was made, or after 10 days without use); make a new one and enter that."
    ),
    TokenState.MISSING_SCOPE: (
        f"This token of {{owner}} lacks the scope {EXCLUSIVE_ACCESS}, so it opens no exclusive data; "
        "make one with that scope and enter it instead."
    ),
}

NOBODY = Identity(anonymous=True, owner="", scopes=())

credential = vault.credential
rotate = vault.rotate


class State(TypedDict):
    """What a person may know of their stored token; never the token."""

    stored: bool
    state: str
    owner: str | None
    scopes: list[str]
    created_at: datetime | None
    last_used_at: datetime | None
    warn_at: datetime | None


NONE = State(
    stored=False, state="none", owner=None, scopes=[], created_at=None, last_used_at=None, warn_at=None
)


@sensitive_variables("clear")
def store(user: Person, clear: str) -> State:
    """Ask the archive whose token `clear` is and keep it sealed for `user`, instead of any older one.

    Raises BadQuestion (field `token`) saying what is wrong with it, Unavailable or TimedOut when the
    archive cannot be asked; then nothing is stored and an older token stays.
    """
    clear = clear.strip()
    if not clear.isascii() or not clear.isprintable() or " " in clear or not 0 < len(clear) <= LONGEST:
        raise BadQuestion("This is not a MAST token: it is one word of letters and digits.", "token")
    verdict, who = _ask(Credential(clear))
    if verdict is not TokenState.VALID:
        raise BadQuestion(REFUSALS[verdict].format(owner=who.owner), "token")
    now = timezone.now()
    ArchiveToken.objects.update_or_create(
        user_id=id_of(user),
        defaults={
            "sealed": seal(clear, id_of(user)),
            "owner": who.owner[:200],
            "scopes": list(who.scopes),
            "state": TokenState.VALID,
            "created_at": now,
            "checked_at": now,
            "last_used_at": now,
        },
    )
    return state(user)


def _ask(opened: Credential) -> tuple[TokenState, Identity]:
    """What the archive says of a token: /whoami tells an accepted one, its owner and its scopes.

    MAST answers alike for mistyped, revoked and expired tokens: as if nobody had asked.
    """
    asked = MastClient(archive.hurried(), credential=opened)
    try:
        who = asked.whoami()
    except Refused:
        who = NOBODY
    except ArchiveError as error:
        archive.note_failure(error)
        raise
    archive.note_answer(asked)
    if who.anonymous:
        return TokenState.REFUSED, who
    return (TokenState.VALID if EXCLUSIVE_ACCESS in who.scopes else TokenState.MISSING_SCOPE), who


def state(user: Person) -> State:
    """What is known of the token of `user`, without asking the archive."""
    row = ArchiveToken.objects.defer("sealed").filter(user_id=id_of(user)).first()
    return NONE.copy() if row is None else _state_of(row)


def _state_of(row: ArchiveToken) -> State:
    ends_at = min(row.created_at + LIFETIME, (row.last_used_at or row.created_at) + IDLE)
    word = row.state
    if word == TokenState.VALID and timezone.now() >= ends_at:
        word = "expired"
    elif word == TokenState.VALID and timezone.now() >= ends_at - WARN_BEFORE:
        word = "expiring"
    return State(
        stored=True,
        state=str(word),
        owner=row.owner,
        scopes=list(row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        warn_at=ends_at - WARN_BEFORE,
    )


def forget(user: Person) -> bool:
    """Remove the token of `user`; whether there was one."""
    removed, _ = ArchiveToken.objects.filter(user_id=id_of(user)).delete()
    return removed > 0


def recheck(user: Person) -> State:
    """Ask the archive again whether it still accepts the token of `user`, and keep its answer.

    Raises Unavailable or TimedOut when the archive cannot be asked.
    """
    opened = credential(user)
    if opened is not None:
        verdict, who = _ask(opened)
        ArchiveToken.objects.filter(user_id=id_of(user)).update(
            state=verdict, scopes=list(who.scopes), checked_at=timezone.now()
        )
    return state(user)
