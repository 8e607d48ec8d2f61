"""Owns new passwords: by mail, by who knew the one before, by an administrator. Knows no page.

A link by mail works once, for an hour, and goes to an address we have.

The link is made where the mail is sent, so it stands in no queue and no row.
"""

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.debug import sensitive_variables

from accounts import addresses, audit, pace, sessions, sign_in
from accounts.audit import Event

TOO_OFTEN_S = 3600
TEXT = """Somebody, probably you, asked for a new password for the account {name} of the MAST portal.

Choose it here, within an hour:
{link}

If it was not you, nothing needs to be done: the old password goes on, and this link ends by itself.
"""


def who_asks(request: HttpRequest, email: str) -> list[int]:
    """The ids of who has this address and a password to forget; nobody is told how many. Raises TooOften."""
    words = (
        "New passwords were asked for too often. Come back in an hour; "
        "the link in the newest mail works until then."
    )
    pace.check(request, "reset_password", words, TOO_OFTEN_S, key=email.casefold())
    return [person.pk for person in PasswordResetForm().get_users(email)]


@sensitive_variables("token", "link", "text")
def send_link(user_id: int) -> None:
    """Mail the person a link. Raises SMTPException or OSError, which may pass."""
    person = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if person is None:
        return
    token = default_token_generator.make_token(person)
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    link = settings.SITE_URL.rstrip("/") + reverse("new-password", args=[uid, token])
    text = TEXT.format(name=person.get_username(), link=link)
    EmailMessage("A new password for the MAST portal", text, to=[person.email]).send()


def chosen(request: HttpRequest, person: User) -> None:
    """The person has another password by mail: whoever was signed in with the old one is so no more."""
    sessions.end_all_of(person)
    sign_in.unlock(request, person.get_username())
    addresses.forget(person)
    audit.note(Event.PASSWORD_CHANGED, person, way="mail")


def changed(request: HttpRequest, person: User) -> None:
    """The person has another password, and knew the one before: only this session goes on."""
    sessions.renew(request)
    addresses.forget(person)
    audit.note(Event.PASSWORD_CHANGED, person, way="account")


def given(request: HttpRequest, person: User) -> None:
    """An administrator, who asks, gave `person` another password, or none any more.

    Whoever was signed in as `person` is so no more, save the administrator in this session.
    """
    if request.user.pk == person.pk:
        sessions.renew(request)
    else:
        sessions.follow(request)
        sessions.end_all_of(person)
    sign_in.unlock(request, person.get_username())
    addresses.forget(person)
    audit.note(Event.PASSWORD_CHANGED, request.user, person=person, way="administration")
