"""Owns what people are told of their token's end, by bell and mail: of each end once.

Asks the archive nothing, and sends nothing itself: the outbox does.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import ArchiveToken, TokenState
from accounts.token_ends import WARN_BEFORE, Ends, ends_of
from mastportal.outbox import post
from mastportal.outbox.post import Message

CHANNELS = ("bell", "mail")
PATH = "/account/#mast-token"
WHY = {
    TokenState.REFUSED: "it was revoked at MAST, or it has ended",
    TokenState.MISSING_SCOPE: "it has lost the scope mast:exclusive_access",
    TokenState.WRONG_PERSON: "MAST names another owner for it than when it was entered",
}
RENEW = "Make a new token at {url} and enter it in the portal; public data need none."


def warn() -> int:
    """Tell everybody whose token ends within days, and who was not told of that end; how many."""
    tokens = ArchiveToken.objects.defer("sealed").filter(state=TokenState.VALID, user__is_active=True)
    near = [token.pk for token in tokens.order_by("pk") if _to_tell(token) is not None]
    return sum(map(_warn, near))


def _to_tell(token: ArchiveToken) -> datetime | None:
    """The end that its owner is to be told of now; None where none is near, or where they were told."""
    ends, soon = ends_of(token), timezone.now() + WARN_BEFORE
    near = [at for at in (ends.earliest_at, ends.at) if at <= soon]
    if not near or (token.warned_of is not None and token.warned_of >= max(near)):
        return None
    return max(near)


@transaction.atomic
def _warn(token_id: int) -> int:
    rows = ArchiveToken.objects.defer("sealed").select_for_update(skip_locked=True)
    token = rows.filter(pk=token_id, state=TokenState.VALID).first()
    end = _to_tell(token) if token is not None else None
    if token is None or end is None:
        return 0
    token.warned_of = end
    token.save(update_fields=["warned_of"])
    title, text = _words(ends_of(token))
    _tell(token, f"ends-{end:%Y%m%dT%H%M%S}", title, text)
    return 1


def _words(ends: Ends) -> tuple[str, str]:
    """What is said of an end: a line, and the sentences below it."""
    soon = timezone.now() + WARN_BEFORE
    if ends.is_assumed and ends.at > soon:
        return (
            "Your MAST token may end any day",
            "You did not say when your MAST token was made, and MAST does not tell: it may be 60 days old "
            f"any day, and will be by {_day(ends.aged_at)}. Enter the day it was made, and the portal warns "
            "you in time.",
        )
    verb = "ended" if ends.at <= timezone.now() else "ends"
    title = f"Your MAST token {verb} on {_day(ends.at)}"
    if ends.by_idleness:
        why = (
            "MAST ends a token that was not used for 10 days; fetch anything exclusive before, and it stays."
        )
        last = f" In any case it ends by {_day(ends.aged_at)}, 60 days after it was made."
        return title, why + (last if ends.aged_at <= soon else "")
    return title, "MAST ends a token 60 days after it was made, however much it is used."


def tell_refused(token: ArchiveToken) -> None:
    """A check has found that MAST does not accept the token any more. Inside the caller's transaction."""
    why = WHY[TokenState(token.state)]
    text = f"MAST does not accept your token any more: {why}. It is not used until it is replaced."
    _tell(token, f"refused-{token.state}", "MAST no longer accepts your token", text)


def tell_shared(token: ArchiveToken) -> None:
    """Somebody else keeps a token of the same person at MAST here. Inside the caller's transaction."""
    text = (
        f"Another person of this portal has entered a token of your MAST account, {token.owner}. Tokens are "
        "personal, and MAST forbids to pass them on: if this was not you, revoke it at MAST and make another."
    )
    _tell(token, "shared", "Somebody else entered a token of your MAST account", text)


def _tell(token: ArchiveToken, what: str, title: str, text: str) -> None:
    event_id = f"token-{token.pk}-{token.created_at:%Y%m%dT%H%M%S%f}-{what}"
    words = f"{text}\n\n{RENEW.format(url=settings.MAST_TOKEN_URL)}"
    post.tell([token.user_id], Message(event_id, "token", title, words, path=PATH), channels=CHANNELS)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
