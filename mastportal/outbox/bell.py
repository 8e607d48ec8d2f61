"""Owns what stands under a person's bell: the newest, how many are unread, what was read. Tells nobody."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.db.models.functions import Now

from mastportal.outbox.models import Notice

Person = User | AnonymousUser


def of(person: Person) -> QuerySet[Notice]:
    """The notices of `person`, the newest first."""
    return Notice.objects.filter(person_id=person.pk or 0)


def unread(person: Person) -> int:
    """How many notices `person` has not read."""
    return of(person).filter(read_at=None).count()


def mark_read(person: Person, ids: Iterable[int] | None = None) -> int:
    """Note that `person` has read these, or all; how many were unread. Others' are passed over."""
    notices = of(person).filter(read_at=None)
    notices = notices if ids is None else notices.filter(pk__in=list(ids))
    return notices.update(read_at=Now())
