"""Owns people's mail addresses: one person's only, changed once whoever reads its mails has said so.

A link by mail works once, for an hour, and for the person who asked for it alone; it is made where the mail
is sent. Whoever reads mails at the address before is told. Sends mails, knows no page, never enqueues.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import audit, pace
from accounts.access import Person
from accounts.audit import Event
from accounts.models import AddressChange

SALT = "accounts.addresses"
TURN = 0x61646472  # of who gives somebody an address
TOO_OFTEN_S = 3600
TELL_AGAIN_AFTER, TELL_FOR = timedelta(minutes=10), timedelta(days=1)
LINK = """{name}, whose account at the MAST portal this is, wants its mails at this address.

If that is you, confirm it here within an hour, signed in as {name}:
{link}

If it is not, nothing needs to be done: nothing changes, and this link ends by itself.
"""
TAKEN = """{name} asked for the mails of their account at the MAST portal to go to this address.

It is that of another account already, yours, and each account has its own: nothing was changed.
"""
TOLD = """The mails of the account {name} at the MAST portal go to another address from now on.

If you did not want that, tell your portal's administrator at once: {contact}
"""
USED_UP = (
    "This link does not work any more: it was used, it is older than an hour, "
    "it is another account's, or a part of it is missing."
)
ANOTHERS = "Another account has that mail address by now; nothing was changed."


class NotChanged(Exception):
    """The address stays; the text is one plain sentence. `is_taken`: somebody else has it."""

    def __init__(self, words: str, *, is_taken: bool = False) -> None:
        super().__init__(words)
        self.is_taken = is_taken


def is_free(email: str, person: User | None = None) -> bool:
    """Whether no account but `person`'s has the address, however it is spelt, until this transaction ends."""
    _take_turn()
    return not _others_with(email, person).exists()


def _take_turn() -> None:
    """Whoever else gives somebody an address waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def _others_with(email: str, person: User | None) -> QuerySet[User]:
    others = User.objects.filter(email__iexact=email)
    return others.exclude(pk=person.pk) if person else others


def check_pace(request: HttpRequest) -> None:
    """Neither passwords are tried nor strangers sent mails without end. Raises TooOften."""
    pace.check_password_tried(request)
    words = "Links were asked for too often. Come back in an hour; the newest one works until then."
    pace.check(request, "change_mail", words, TOO_OFTEN_S)


@transaction.atomic
def ask(person: User, email: str) -> int:
    """Note the address that `person` wants, instead of any before; the id to send a link for."""
    forget(person)
    return AddressChange.objects.create(user=person, email=email, before=person.email).pk


def forget(person: User) -> None:
    """What `person` asked for, by whoever knew their password until now, comes to nothing."""
    AddressChange.objects.filter(user=person, done_at=None).delete()


def waiting(person: User) -> AddressChange | None:
    """What `person` asked for and has not confirmed, as long as that can be done."""
    since = timezone.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return AddressChange.objects.filter(user=person, done_at=None, asked_at__gt=since).first()


@sensitive_variables("link", "text")
def send_link(change_id: int) -> None:
    """Mail the link to the address asked for. Raises SMTPException or OSError, which may pass."""
    rows = AddressChange.objects.select_related("user").filter(done_at=None, user__is_active=True)
    change = rows.filter(pk=change_id).first()
    if change is None:
        return
    name = change.user.get_username()
    if _others_with(change.email, change.user).exists():  # told to who reads there, and to nobody else
        text = TAKEN.format(name=name)
    else:
        path = reverse("account-mail-confirm", args=[signing.dumps(change.pk, salt=SALT)])
        text = LINK.format(name=name, link=settings.SITE_URL.rstrip("/") + path)
    EmailMessage("Your mail address at the MAST portal", text, to=[change.email]).send()


def to_confirm(person: User, token: str) -> AddressChange:
    """What a link is about. Raises NotChanged."""
    return _asked(AddressChange.objects.all(), person, token)


def _asked(rows: QuerySet[AddressChange], person: User, token: str) -> AddressChange:
    try:
        pk = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature:
        raise NotChanged(USED_UP) from None
    change = rows.filter(pk=pk, user=person, done_at=None, before=person.email).first()
    if change is None:
        raise NotChanged(USED_UP)
    return change


@transaction.atomic
def confirm(person: User, token: str) -> AddressChange:
    """From now on mails go to the address of the link; whom to tell at the one before. Raises NotChanged."""
    _take_turn()
    change = _asked(AddressChange.objects.select_for_update(), person, token)
    if _others_with(change.email, person).exists():
        raise NotChanged(ANOTHERS, is_taken=True)
    User.objects.filter(pk=person.pk).update(email=change.email)
    audit.note(Event.ADDRESS_CHANGED, person, way="account")
    change.done_at = timezone.now()
    change.save(update_fields=["done_at"])
    return change


@transaction.atomic
def given(person: User, before: str, by: Person) -> AddressChange:
    """An administrator gave `person` the address they have now; whom to tell at the one before."""
    forget(person)
    audit.note(Event.ADDRESS_CHANGED, by, person=person, way="administration")
    return AddressChange.objects.create(
        user=person, email=person.email, before=before, done_at=timezone.now()
    )


def tell_before(change_id: int) -> None:
    """Mail whoever reads at the address before that it is so no more. Raises as `send_link`."""
    change = AddressChange.objects.select_related("user").filter(pk=change_id, done_at__isnull=False).first()
    if change is None:
        return
    if change.before:
        text = TOLD.format(name=change.user.get_username(), contact=settings.PORTAL_CONTACT)
        EmailMessage("Your mail address at the MAST portal", text, to=[change.before]).send()
    change.delete()


def due() -> list[int]:
    """Whom nobody has told yet, though it is some time ago; what is past its time goes."""
    now = timezone.now()
    ended = now - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    AddressChange.objects.filter(done_at=None, asked_at__lt=ended).delete()
    AddressChange.objects.filter(done_at__lt=now - TELL_FOR).delete()
    late = AddressChange.objects.filter(done_at__lt=now - TELL_AGAIN_AFTER)
    return list(late.values_list("pk", flat=True))
