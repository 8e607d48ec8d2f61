"""Stored tokens as they would be after some days, and what their owners were told."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from accounts import archive, tokens
from accounts.models import ArchiveToken
from mastportal.outbox.models import Notice

GOOD, OTHER = "sandbox-token-alice", "sandbox-token-bob"
DAY = timedelta(days=1)


def aged(*, made: int | None, entered: int, used: int | None, checked: int = 0) -> None:
    """Every stored token, as it would be had these things happened so many days ago."""
    now = timezone.now()
    ArchiveToken.objects.update(
        made_on=None if made is None else archive.now().date() - made * DAY,
        created_at=now - entered * DAY,
        last_used_at=None if used is None else now - used * DAY,
        checked_at=now - checked * DAY,
    )


def resealed(token: str, person: User) -> None:
    """The row's token is another one from now on, as if MAST had changed its mind about it."""
    ArchiveToken.objects.filter(user=person).update(sealed=tokens.seal(token, person.pk))


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))
