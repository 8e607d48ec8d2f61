"""Owns the Atom feed of a person's bell, and the secret part of its address, of which only a hash is kept."""

import hashlib
import secrets
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.views.decorators.debug import sensitive_variables

from mastportal.outbox import addresses
from mastportal.outbox.models import Feed, Notice

Person = User | AnonymousUser
# One look at a programme may bring hundreds at once, and a reader asks once an hour or once a day.
MOST_ENTRIES = 1000


@sensitive_variables("secret")
def make(person: User) -> str:
    """The address of the feed of `person`, told only now; an earlier one leads nowhere from now on."""
    secret = secrets.token_urlsafe(32)
    Feed.objects.update_or_create(
        person=person, defaults={"digest": _digest(secret), "made_at": timezone.now()}
    )
    return addresses.full(reverse("feed", args=[secret]))


def of(person: Person) -> Feed | None:
    """The feed of `person`, if they have one."""
    return Feed.objects.filter(person_id=person.pk or 0).first()


def remove(person: Person) -> bool:
    """End the feed of `person`; whether there was one."""
    return Feed.objects.filter(person_id=person.pk or 0).delete()[0] > 0


@sensitive_variables("secret")
def person_of(secret: str) -> User | None:
    """Whose feed has this secret in its address."""
    found = Feed.objects.select_related("person").filter(digest=_digest(secret), person__is_active=True)
    feed = found.first()
    return feed.person if feed is not None else None


def written(person: User, notices: Iterable[Notice]) -> str:
    """The Atom document. An entry's id is the notice's own, so that a reader shows it once."""
    feed = Atom1Feed(
        title=f"MAST portal: notifications of {person.get_username()}",
        link=addresses.full(reverse("notifications")),
        description="",
        language="en-gb",
    )
    for notice in notices:
        feed.add_item(
            title=notice.title,
            link=addresses.full(notice.path),
            description=linebreaks(notice.text, autoescape=True),
            unique_id=f"tag:{addresses.host()},2026:notification-{notice.pk}",
            pubdate=notice.at,
            updateddate=notice.at,
            categories=(notice.kind,),
        )
    return feed.writeString("utf-8")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
