"""Owns the questions to MAST about a stored token: before it is used, and daily while its owner is active.

A check is no use: idle days are counted from what the token was needed for.
"""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import archive, audit, token_warnings, vault
from accounts.access import Person
from accounts.models import ArchiveToken, TokenState
from accounts.vault import Opened
from mastportal.mast.client import MastClient
from mastportal.mast.connection import Credential
from mastportal.mast.errors import ArchiveError, Refused
from mastportal.mast.identity import Identity

EXCLUSIVE_ACCESS = "mast:exclusive_access"
NOBODY = Identity(anonymous=True, owner="", scopes=())
# What MAST said of a token is believed for so long, where it is about to be used.
BELIEVED = timedelta(hours=1)
DAILY = timedelta(days=1)
# Several threads that need a token at once ask about it once.
ASKED_ONCE_S = 60
MOST_AT_ONCE = 200


def ask(opened: Credential) -> tuple[TokenState, Identity]:
    """What the archive says of a token: /whoami tells an accepted one, its owner and its scopes.

    MAST answers alike for mistyped, revoked and expired tokens: as if nobody had asked.
    Raises Unavailable or TimedOut when the archive cannot be asked.
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
        return TokenState.REFUSED, NOBODY
    who = Identity(False, _legible(who.owner, 200), tuple(_legible(each, 100) for each in who.scopes[:50]))
    return (TokenState.VALID if EXCLUSIVE_ACCESS in who.scopes else TokenState.MISSING_SCOPE), who


def _legible(text: str, most: int) -> str:
    """What the archive said, as a row can keep it and a page show it."""
    return "".join(letter for letter in text if letter.isprintable())[:most]


def ready(user: Person) -> Opened | None:
    """The token of `user`, to use it now; None where there is none, or MAST does not accept it.

    Asked about first where that was not done lately. Where the archive cannot be asked its use will show.
    Not to be called inside a transaction.
    """
    token = vault.look_into(user)
    if token is None or not _is_accepted(token):
        return None
    vault.note_use(token)
    return token


def credential(user: Person) -> Credential | None:
    """`ready`, as the archive client takes it."""
    token = ready(user)
    return token.credential if token is not None else None


def _is_accepted(token: Opened) -> bool:
    if timezone.now() - token.checked_at < BELIEVED:
        return token.is_accepted
    if not cache.add(f"token-asked-{token.token_id}", True, timeout=ASKED_ONCE_S):
        return token.is_accepted
    try:
        return check(token) == TokenState.VALID
    except ArchiveError:
        return token.is_accepted


def check(token: Opened) -> TokenState:
    """Ask the archive whether it still accepts this token, and keep its answer.

    Raises Unavailable or TimedOut when the archive cannot be asked.
    """
    verdict, who = ask(token.credential)
    with transaction.atomic():
        rows = ArchiveToken.objects.select_for_update().select_related("user")
        row = rows.filter(pk=token.token_id, created_at=token.made_at).first()
        if row is None:  # removed or replaced meanwhile
            return verdict
        if verdict == TokenState.VALID and who.owner != row.owner:
            verdict = TokenState.WRONG_PERSON
        was, row.state, row.scopes, row.checked_at = row.state, verdict, list(who.scopes), timezone.now()
        row.save(update_fields=["state", "scopes", "checked_at"])
        if was == TokenState.VALID != verdict:
            token_warnings.tell_refused(row)
            audit.note(audit.Event.TOKEN_REFUSED, None, person=row.user, subject=str(verdict))
    return verdict


def due() -> list[int]:
    """Ids of tokens not asked about for a day whose owner was active since, the longest unasked first."""
    since = timezone.now() - DAILY
    active = (
        Q(user__last_login__gt=F("checked_at"))
        | Q(last_used_at__gt=F("checked_at"))
        | Q(user__api_tokens__last_used_at__gt=F("checked_at"))
        | Exists(_sessions_since())
    )
    rows = ArchiveToken.objects.filter(active, checked_at__lt=since, state=TokenState.VALID)
    rows = rows.filter(user__is_active=True).order_by("checked_at", "pk").distinct()
    return list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])


def _sessions_since() -> QuerySet[UserSession]:
    """Of a token as the outer row: its owner's sessions that were used since it was checked.

    A session in use is written now and then, and ends so long after it was written last.
    """
    kept = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    since = ExpressionWrapper(OuterRef(OuterRef("checked_at")) + kept, DateTimeField())
    used = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=since)
    sessions: QuerySet[UserSession] = UserSession.objects.filter(Exists(used), user_id=OuterRef("user_id"))
    return sessions


def check_one(token_id: int) -> None:
    """The daily check of one token. Harmless when repeated; an archive that is away is asked next time."""
    row = ArchiveToken.objects.filter(pk=token_id, checked_at__lt=timezone.now() - DAILY).first()
    token = vault.open_row(row) if row is not None else None
    if token is not None:
        try:
            check(token)
        except ArchiveError:
            return
