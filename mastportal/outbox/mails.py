"""Owns how a delivery becomes a mail, and what a mail server's refusal means. Holds no rows."""

from email.utils import formatdate
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from mastportal.outbox import addresses, one_click
from mastportal.outbox.failures import Never, NotNow, Off
from mastportal.outbox.models import Delivery
from mastportal.outbox.wording import one_line

OFF = "Mails are off: the portal has no mail server."
NO_ADDRESS = "There is no mail address in your account."
UNUSABLE = "The mail address in your account cannot be used."
SILENT = "The mail server did not answer."
PERMANENT = range(500, 600)


def compose(delivery: Delivery) -> EmailMultiAlternatives:
    """The mail, in text and HTML. Its Message-ID and date are those of the delivery at every attempt."""
    context = {
        "delivery": delivery,
        "address": addresses.full(delivery.path),
        "unsubscribe": one_click.address(delivery),
        "channels": addresses.full(reverse("channels")),
    }
    headers = {
        "Message-ID": f"<{delivery.pk}@{addresses.host()}>",
        "Date": formatdate(delivery.queued_at.timestamp(), usegmt=True),
        "Auto-Submitted": "auto-generated",
        **one_click.headers(delivery),
    }
    mail = EmailMultiAlternatives(
        one_line(delivery.title, 200),
        render_to_string("outbox/mail.txt", context),
        to=[delivery.person.email],
        headers=headers,
    )
    mail.attach_alternative(render_to_string("outbox/mail.html", context), "text/html")
    return mail


def send(delivery: Delivery) -> None:
    """Hand the mail to the server. Raises Undelivered; returns when the server has taken it over."""
    if not settings.MAIL_IS_ON:
        raise Off(OFF)
    if not delivery.person.email:
        raise Never(NO_ADDRESS)
    try:
        compose(delivery).send()
    except SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (0, b""))
        raise _refusal(code, said) from refused
    except SMTPDataError as refused:
        raise _refusal(refused.smtp_code, refused.smtp_error) from refused
    except SMTPResponseException as refused:  # the portal is refused, not this mail: that is mended elsewhere
        raise NotNow(f"The mail server refuses the portal (code {refused.smtp_code}).") from refused
    except (SMTPException, OSError) as error:
        raise NotNow(SILENT) from error
    except ValueError as error:
        raise Never(UNUSABLE) from error


def _refusal(code: int, said: bytes | str) -> Never | NotNow:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    sentence = one_line(f"The mail server refuses this mail: {code} {words}", 300)
    return Never(sentence) if code in PERMANENT else NotNow(sentence, way_is_closed=False)
