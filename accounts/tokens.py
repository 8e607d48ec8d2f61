"""Owns a person's MAST token: checked on entry, kept sealed, its state told, forgotten; shown to nobody."""

from datetime import date, datetime, timedelta
from typing import TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import archive, audit, token_checks, token_warnings, vault
from accounts.access import Person, id_of
from accounts.models import ArchiveToken, Profile, TokenState
from accounts.seal import seal
from accounts.token_checks import EXCLUSIVE_ACCESS
from accounts.token_ends import LIFETIME, WARN_BEFORE, ends_of
from mastportal.mast.connection import Credential
from mastportal.mast.errors import BadQuestion
from mastportal.mast.identity import Identity

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
ANOTHER_PERSON = (
    "This token belongs to {new} at MAST, the one kept here to {old}: tokens are personal, so enter one of "
    "your own. If both accounts are yours, say so and enter it again."
)

credential = token_checks.credential
rotate = vault.rotate


class State(TypedDict):
    """What a person may know of their stored token; never the token.

    `state`: none, valid, expiring, expired, refused, missing-scope or wrong-person. `ends_at` is when it has
    ended for certain if it is not used; with `made_on_assumed` it may end any day before.
    """

    stored: bool
    state: str
    owner: str | None
    scopes: list[str]
    created_at: datetime | None
    made_on: date | None
    made_on_assumed: bool
    checked_at: datetime | None
    last_used_at: datetime | None
    warn_at: datetime | None
    ends_at: datetime | None


NONE = State(
    stored=False,
    state="none",
    owner=None,
    scopes=[],
    created_at=None,
    made_on=None,
    made_on_assumed=False,
    checked_at=None,
    last_used_at=None,
    warn_at=None,
    ends_at=None,
)


@sensitive_variables("clear")
def store(user: Person, clear: str, *, made_on: date | None = None, is_another_person: bool = False) -> State:
    """Ask the archive whose token `clear` is and keep it sealed for `user`, instead of any older one.

    Raises BadQuestion (field `token`) saying what is wrong with it, also where it is another person's at
    MAST than the older one and not `is_another_person`; BadQuestion (field `made_on`) for a day that cannot
    be; Unavailable or TimedOut when the archive cannot be asked. Then nothing changes.
    """
    clear = clear.strip()
    if not clear.isascii() or not clear.isprintable() or " " in clear or not 0 < len(clear) <= LONGEST:
        raise BadQuestion("This is not a MAST token: it is one word of letters and digits.", "token")
    if made_on is not None:
        _check_day(made_on)
    verdict, who = token_checks.ask(Credential(clear))
    if verdict is not TokenState.VALID:
        audit.note(audit.Event.TOKEN_REFUSED, user, subject=str(verdict))
        raise BadQuestion(REFUSALS[verdict].format(owner=who.owner), "token")
    _keep(user, seal(clear, id_of(user)), who, made_on, is_another_person)
    return state(user)


def _check_day(made_on: date) -> None:
    """Raises BadQuestion. A day in the person's own time zone may be tomorrow here."""
    days = {timezone.now().date(), archive.now().date()}  # the sandbox has a day of its own
    if made_on > max(days) + timedelta(days=1):
        raise BadQuestion("A token cannot have been made on a day that is still to come.", "made_on")
    if made_on < min(days) - LIFETIME - timedelta(days=1):
        raise BadQuestion(
            f"A token made on {made_on} has expired: MAST ends each after 60 days. Make and enter a new one.",
            "made_on",
        )


@transaction.atomic
def _keep(user: Person, sealed: bytes, who: Identity, made_on: date | None, is_another_person: bool) -> None:
    User.objects.select_for_update(no_key=True).get(pk=id_of(user))  # one at a time
    older = ArchiveToken.objects.filter(user_id=id_of(user)).first()
    if older is not None and older.owner != who.owner and not is_another_person:
        raise BadQuestion(ANOTHER_PERSON.format(new=who.owner, old=older.owner), "token")
    if older is not None:
        older.delete()  # and with it what was remembered of it
    now = timezone.now()
    row = ArchiveToken.objects.create(
        user_id=id_of(user),
        sealed=sealed,
        owner=who.owner,
        scopes=list(who.scopes),
        created_at=now,
        checked_at=now,
        made_on=made_on,
    )
    audit.note(audit.Event.TOKEN_STORED, user)
    for token in ArchiveToken.objects.filter(owner=who.owner).exclude(pk=row.pk).defer("sealed"):
        token_warnings.tell_shared(token)


def state(user: Person) -> State:
    """What is known of the token of `user`, without asking the archive."""
    row = ArchiveToken.objects.defer("sealed").filter(user_id=id_of(user)).first()
    return NONE.copy() if row is None else _state_of(row)


def _state_of(row: ArchiveToken) -> State:
    ends = ends_of(row)
    return State(
        stored=True,
        state=_word(row),
        owner=row.owner,
        scopes=list(row.scopes),
        created_at=row.created_at,
        made_on=row.made_on,
        made_on_assumed=ends.is_assumed,
        checked_at=row.checked_at,
        last_used_at=row.last_used_at,
        warn_at=ends.warn_at,
        ends_at=ends.at,
    )


def _word(row: ArchiveToken) -> str:
    """MAST says of an expired token what it says of a revoked one: our count of its days tells them apart."""
    ends = ends_of(row)
    if row.state == TokenState.REFUSED:
        return "expired" if ends.at <= row.checked_at else "refused"
    if row.state != TokenState.VALID:
        return str(row.state)
    if ends.at <= timezone.now() and row.checked_at < ends.at:
        return "expired"
    # Accepted past its end: it was used elsewhere, or is younger than was said. It may end any day.
    return "valid" if timezone.now() < ends.at - WARN_BEFORE else "expiring"


def set_made_on(user: Person, made_on: date) -> State:
    """The owner says when the stored token was made. Raises BadQuestion (field `made_on`)."""
    _check_day(made_on)
    ArchiveToken.objects.filter(user_id=id_of(user)).update(made_on=made_on, warned_of=None)
    return state(user)


def tells_groups(user: Person) -> bool:
    """Whether others in the person's groups may know which programmes their token opens."""
    return Profile.objects.filter(user_id=id_of(user), tells_group_rights=True).exists()


def tell_groups(user: Person, tells: bool) -> None:
    """Their own decision, which they may take back."""
    Profile.objects.update_or_create(user_id=id_of(user), defaults={"tells_group_rights": tells})


def forget(user: Person) -> bool:
    """Remove the token of `user` with all that was remembered of what it opens; whether there was one."""
    with transaction.atomic():
        removed, _ = ArchiveToken.objects.filter(user_id=id_of(user)).delete()
        if removed:
            audit.note(audit.Event.TOKEN_REMOVED, user)
    return removed > 0


def recheck(user: Person) -> State:
    """Ask the archive again whether it still accepts the token of `user`, and keep its answer.

    Raises Unavailable or TimedOut when the archive cannot be asked.
    """
    token = vault.look_into(user)
    if token is not None:
        token_checks.check(token)
    return state(user)
