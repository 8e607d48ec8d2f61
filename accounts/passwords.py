"""Owns new passwords by mail: a link that works once, for an hour, sent to an address we have. Knows no page.

The link is made where the mail is sent, so it stands in no queue and no row.
"""

from allauth.core.ratelimit import consume
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

from accounts import audit, sessions, sign_in
from accounts.audit import Event

TOO_OFTEN_S = 3600
TEXT = """Somebody, probably you, asked for a new password for the account {name} of the MAST portal.

Choose it here, within an hour:
{link}

If it was not you, nothing needs to be done: the old password goes on, and this link ends by itself.
"""


class TooOften(Exception):
    """Asked or tried so often that nothing is done for `after_s`; the text is one plain sentence."""

    def __init__(self, words: str, after_s: int) -> None:
        super().__init__(words)
        self.after_s = after_s


def who_asks(request: HttpRequest, email: str) -> list[int]:
    """The ids of who has this address and a password to forget; nobody is told how many. Raises TooOften."""
    if not consume(request, action="reset_password", key=email.casefold()):
        raise TooOften(
            "New passwords were asked for too often. Come back in an hour; "
            "the link in the newest mail works until then.",
            TOO_OFTEN_S,
        )
    return [person.pk for person in PasswordResetForm().get_users(email)]


def check_pace(request: HttpRequest) -> None:
    """Whoever sits before another's open session does not find out their password. Raises TooOften."""
    if not consume(request, action="change_password"):
        raise TooOften("That was tried too often. Come back in a minute.", 60)


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
    audit.note(Event.PASSWORD_CHANGED, person, way="mail")


def changed(request: HttpRequest, person: User) -> None:
    """The person has another password, and knew the one before: only this session goes on."""
    sessions.renew(request)
    audit.note(Event.PASSWORD_CHANGED, person, way="account")
