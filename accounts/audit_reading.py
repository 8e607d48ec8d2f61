"""Owns how the audit is read: a person's own entries, a group's, in words and with the names still known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.access import Person, id_of
from accounts.audit import Event
from accounts.models import AuditEntry, Profile
from mastportal.tables.cells import size_words

LINES_A_PAGE = 50
LONGEST_FACT = 200
# Events of rooms above are told in their own words, made readable.
WORDS: Mapping[str, str] = {
    Event.SIGNED_IN: "signed in",
    Event.SIGN_IN_FAILED: "sign-in refused",
    Event.LOCKED_OUT: "locked out",
    Event.SIGNED_OUT: "signed out",
    Event.SESSION_ENDED: "session ended",
    Event.SIGN_ON_CONNECTED: "single sign-on connected",
    Event.SIGN_ON_REMOVED: "single sign-on disconnected",
    Event.PASSWORD_CHANGED: "password changed",
    Event.ADDRESS_CHANGED: "mail address changed",
    Event.TOKEN_STORED: "MAST token stored",
    Event.TOKEN_REFUSED: "MAST token refused",
    Event.TOKEN_REMOVED: "MAST token removed",
    Event.KEY_MADE: "API key made",
    Event.KEY_REMOVED: "API key removed",
    Event.INVITED: "invitation made",
    Event.INVITATION_WITHDRAWN: "invitation withdrawn",
    Event.JOINED: "joined the group",
    Event.ROLE_CHANGED: "role changed",
    Event.RANK_CHANGED: "account or administrator's rank changed",
    Event.LEFT: "left the group",
    Event.RIGHT_GRANTED: "right to exclusive data confirmed",
    Event.RIGHT_REFUSED: "right to exclusive data refused",
    Event.BYTES_SERVED: "exclusive data downloaded",
    Event.PERSON_REMOVED: "person removed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a person reads it; `by` and `person` are names, empty for nobody."""

    at: datetime
    event: str
    words: str
    by: str
    person: str
    subject: str
    facts: list[tuple[str, str]]


def of_person(user: Person) -> QuerySet[AuditEntry]:
    """What concerns `user`; nothing for nobody."""
    mine = Profile.objects.filter(user_id=id_of(user)).values("audit_id")
    return AuditEntry.objects.filter(person__in=mine)


def of_group(group_id: int) -> QuerySet[AuditEntry]:
    """What was done in a group; a member's own sign-ins, tokens and rights are not among it."""
    return AuditEntry.objects.filter(group_id=group_id)


def page_of(entries: QuerySet[AuditEntry], params: Mapping[str, str]) -> dict[str, Any]:
    """One page of entries, newest first, of one event or all: what a template of them shows."""
    event = params.get("event", "")
    found = entries.filter(event=event) if event in WORDS else entries
    page: Page[AuditEntry] = Paginator(found, LINES_A_PAGE).get_page(params.get("page", "1"))
    return {
        "page": page,
        "lines": lines_of(page.object_list),
        "event": event if event in WORDS else "",
        "events": list(WORDS.items()),
    }


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """The entries in words, in their order; two questions to the database at most."""
    every = list(entries)
    names = names_of({who for each in every for who in (each.by, each.person) if who})
    return [_line(each, names) for each in every]


def names_of(audit_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The user names of people who are still here."""
    known = Profile.objects.filter(audit_id__in=list(audit_ids))
    return dict(known.values_list("audit_id", "user__username"))


def name_in(names: Mapping[UUID, str], audit_id: UUID | None) -> str:
    """A name, or what is left of somebody who was removed: enough to tell two of them apart."""
    return "" if audit_id is None else names.get(audit_id, f"former person {str(audit_id)[:8]}")


def words_of(event: str) -> str:
    return WORDS.get(event, event.replace("-", " "))


def facts_of(entry: AuditEntry) -> list[tuple[str, str]]:
    """What else an entry tells, as pairs of a name and a text."""
    facts = entry.facts if isinstance(entry.facts, dict) else {}
    return [(name.replace("_", " "), _text(name, value)) for name, value in facts.items() if value != ""]


def _line(entry: AuditEntry, names: Mapping[UUID, str]) -> Line:
    return Line(
        at=entry.at,
        event=entry.event,
        words=words_of(entry.event),
        by=name_in(names, entry.by),
        person=name_in(names, entry.person),
        subject=entry.subject,
        facts=facts_of(entry),
    )


def _text(name: str, value: object) -> str:
    if name == "bytes" and isinstance(value, int):
        return size_words(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"
