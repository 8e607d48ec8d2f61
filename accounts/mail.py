"""Owns whether and which way the portal's mails leave, and the one mail that tries it. Knows no recipient."""

from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

OFF = "Mails are off: no MAIL_URL is set, so the portal sends none."


class NotSent(Exception):
    """A mail did not leave; the text is one plain sentence without any secret."""


def is_on() -> bool:
    """Whether the portal sends mails at all."""
    return bool(settings.MAIL_IS_ON)


def way() -> str:
    """Which way mails leave: a server, a folder, or that they are off."""
    if not is_on():
        return OFF
    if settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend"):
        folder: str = getattr(settings, "EMAIL_FILE_PATH", "")
        return f"Mails are written as files into {folder}."
    return f"Mails leave by {settings.EMAIL_HOST}:{settings.EMAIL_PORT}."


def try_out(address: str) -> str:
    """Send a mail to `address` and say which way it left. Raises NotSent."""
    try:
        validate_email(address)
    except ValidationError:
        raise NotSent(f"“{address[:100]}” is not a mail address.") from None
    if not is_on():
        raise NotSent(OFF)
    text = f"This mail was sent to try the way out.\nThe portal is at {settings.SITE_URL}.\n"
    try:
        EmailMessage("A mail from the MAST portal", text, to=[address]).send()
    except (SMTPException, OSError) as error:
        raise NotSent(f"The mail did not leave ({type(error).__name__}): {_words(error)}") from error
    return f"Sent to {address}. {way()}"


def _words(error: Exception) -> str:
    """What the server said, which does not repeat the password it was given."""
    said = getattr(error, "smtp_error", None) or str(error)
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


@checks.register()
def mails_leave(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """Whoever runs a command of a portal without mails is told."""
    return [] if is_on() else [checks.Info(OFF, id="accounts.I001")]
