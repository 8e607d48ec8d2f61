"""Owns the calendar as a file for calendar programs, and the secret address under which one person's is had.

The address is kept only as a hash of its random part: who has it sees what its owner may see, and no more.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.views.decorators.debug import sensitive_variables
from icalendar import Calendar, Event

from accounts import archive
from accounts.models import Profile
from mastportal.desk.release_days import Release

REFRESH = timedelta(hours=12)
LONGEST_SECRET = 100


@sensitive_variables("secret")
def new_secret(user: User) -> str:
    """The random part of a new address, told only now; an older one leads nowhere from now on."""
    secret = token_urlsafe(32)
    Profile.objects.update_or_create(user=user, defaults={"calendar_digest": _digest(secret)})
    return secret


def forget_secret(user: User) -> None:
    """The address leads nowhere from now on."""
    Profile.objects.filter(user=user).update(calendar_digest="")


def has_secret(user: User) -> bool:
    return Profile.objects.filter(user=user).exclude(calendar_digest="").exists()


@sensitive_variables("secret")
def owner_of(secret: str) -> User | None:
    """Whose calendar has this address; None for an unknown one, or of who may no longer sign in."""
    if not secret or len(secret) > LONGEST_SECRET:
        return None
    return User.objects.filter(profile__calendar_digest=_digest(secret), is_active=True).first()


def _digest(secret: str) -> str:
    # 256 random bits: a plain hash cannot be guessed backwards, and is quick on each request.
    return sha256(secret.encode()).hexdigest()


def calendar_file(releases: Iterable[Release]) -> bytes:
    """An iCalendar file (RFC 5545) with an all-day event for each programme and day."""
    calendar = Calendar()
    calendar.add("prodid", "-//mastportal//release days//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Data becoming public")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for release in releases:
        calendar.add_component(_event(release))
    return bytes(calendar.to_ical())


def _event(release: Release) -> Event:
    """Its UID is the same however often and by whomever it is asked for."""
    event, programme, count = Event(), release.programme, len(release.observations)
    host = urlsplit(settings.SITE_URL).hostname or "mastportal"
    event.add("uid", f"public-{programme.mission}-{programme.id}-{release.day:%Y%m%d}@{host}")
    event.add("dtstamp", datetime.combine(archive.now().date(), time(), UTC))
    event.add("dtstart", release.day)
    event.add("dtend", release.day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    noun = "observation becomes" if count == 1 else "observations become"
    event.add("summary", f"{programme}: {count:,} {noun} public")
    event.add("description", _description(release))
    event.add("url", f"{settings.SITE_URL.rstrip('/')}{programme.address}")
    return event


def _description(release: Release) -> str:
    more = f" and {release.more_targets} more" if release.more_targets else ""
    targets = f"Targets: {', '.join(release.targets)}{more}. " if release.targets else ""
    return f"{targets}The day is the archive's; an exclusive period can still be extended."
