"""Owns where a person is signed in: listed, looked after, ended. Knows no password and no page."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.signals import user_logged_in
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import audit
from accounts.audit import Event

SEEN_AT = "seen_at"  # Unix time, in the session itself
WAY = "signed_in_by"
SEEN_EVERY_S = 600
# What a browser calls itself: the more particular names first, since each claims to be several.
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class SignedIn:
    """One place where somebody is signed in."""

    id: int
    browser: str
    address: str
    since: datetime
    seen_at: datetime
    way: str  # "password" or "sign-on"
    is_this: bool


@receiver(user_logged_in)
def begin(sender: object, request: HttpRequest, user: User, sociallogin: Any = None, **_: Any) -> None:
    """Receiver: somebody has come in by one of the portal's own doors."""
    way = "password" if sociallogin is None else "sign-on"
    request.session[SEEN_AT], request.session[WAY] = time.time(), way
    audit.note(Event.SIGNED_IN, user, way=way)


def keep_seen(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a session in use says so now and then, and does not end a fortnight after it began."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session = request.session
        if session.accessed and time.time() - session.get(SEEN_AT, time.time()) > SEEN_EVERY_S:
            session[SEEN_AT] = time.time()
        return response

    return respond


def of(request: HttpRequest) -> list[SignedIn]:
    """Where the person who asks is signed in, this place first, then by when it was last used."""
    person = _person(request)
    rows = {row.session_key: row for row in UserSession.objects.filter(user=person)}
    found = []
    for session in Session.objects.filter(session_key__in=rows, expire_date__gt=timezone.now()):
        data = session.get_decoded()
        if data.get(HASH_SESSION_KEY) == person.get_session_auth_hash():
            found.append(_signed_in(rows[session.session_key], data, request.session.session_key))
    return sorted(found, key=lambda each: (not each.is_this, -each.seen_at.timestamp()))


def renew(request: HttpRequest) -> None:
    """This session goes on under a new key, and all others of its person end; after a new password."""
    follow(request)
    _end(UserSession.objects.filter(user=_person(request)).exclude(session_key=request.session.session_key))


def follow(request: HttpRequest) -> None:
    """This session goes on under another key, as it does once Django has changed somebody's password."""
    UserSession.objects.create_from_request(request)


def end(request: HttpRequest, session_id: int) -> bool:
    """End another session of the person who asks; whether there was such a one."""
    mine = UserSession.objects.filter(user=_person(request))
    others = mine.exclude(session_key=request.session.session_key)
    return _end_noted(request, others.filter(pk=session_id)) > 0


def end_others(request: HttpRequest) -> int:
    """End all sessions of the person who asks but this one; how many there were."""
    mine = UserSession.objects.filter(user=_person(request))
    return _end_noted(request, mine.exclude(session_key=request.session.session_key))


def end_all_of(person: User) -> None:
    """End every session of `person`, whose password is another now, or who may no longer come in."""
    _end(UserSession.objects.filter(user=person))


def clean() -> None:
    """Remove what ended by itself: nobody signed out there."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def leave(request: HttpRequest) -> None:
    """Forget the row of this session, which is about to end."""
    if request.user.is_authenticated:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        audit.note(Event.SIGNED_OUT, _person(request))


def browser_of(user_agent: str) -> str:
    """`Firefox on Linux`, or the beginning of what it calls itself where it is none of the usual ones."""
    names = [name for mark, name in BROWSERS.items() if mark in user_agent][:1]
    systems = [name for mark, name in SYSTEMS.items() if mark in user_agent][:1]
    return " on ".join(names + systems) if names else user_agent[:60] or "a program without a name"


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _signed_in(row: UserSession, data: dict[str, Any], this: str | None) -> SignedIn:
    seen_at = datetime.fromtimestamp(data.get(SEEN_AT, row.created_at.timestamp()), UTC)
    return SignedIn(
        id=row.pk,
        browser=browser_of(row.user_agent),
        address=row.ip,
        since=row.created_at,
        seen_at=seen_at,
        way=data.get(WAY, "password"),
        is_this=row.session_key == this,
    )


def _end_noted(request: HttpRequest, rows: Iterable[UserSession]) -> int:
    ended = _end(rows)
    if ended:
        audit.note(Event.SESSION_ENDED, _person(request), sessions=ended)
    return ended


def _end(rows: Iterable[UserSession]) -> int:
    ended = list(rows)
    for row in ended:
        row.end()  # in the database and in Valkey
    return len(ended)
