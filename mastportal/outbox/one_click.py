"""Owns the address at the end of a mail that ends mails like it, as mail programs call it (RFC 8058).

It is signed, of one mail, and opens nothing else. It is worked out when the mail is written and kept nowhere,
so that neither the database nor a copy of it ends anybody's mails. Whose mails end, who told the mail says.
"""

from uuid import UUID

from django.core import signing
from django.views.decorators.debug import sensitive_variables

from mastportal.outbox import addresses
from mastportal.outbox.models import Delivery

# In `Message.unsubscribe` it stands where the signed name of the mail itself comes.
THIS_MAIL = "this-mail"
SALT = "mastportal.outbox.one_click"
# What a mail program sends, without cookies, when its own button is pressed.
HEADER, BODY = "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
WRONG = "This address ends no mails: it is not complete, or it is from no mail of this portal."
OLD = "This address ends no mails any more: the mail is older than what the portal remembers."


class NoSuchMail(Exception):
    """The address is of no mail that is known; the text is one plain sentence."""


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def signed(delivery: Delivery) -> str:
    """The mail's name as it stands in the address, the same at every attempt."""
    return _signer().sign(str(delivery.pk))


@sensitive_variables("secret")
def opened(secret: str) -> Delivery:
    """The mail in which this stood. Raises NoSuchMail."""
    try:
        mail_id = UUID(_signer().unsign(secret))
    except (signing.BadSignature, ValueError):
        raise NoSuchMail(WRONG) from None
    found = Delivery.objects.select_related("person").defer("text", "html").filter(pk=mail_id).first()
    if found is None:
        raise NoSuchMail(OLD)
    return found


def headers(delivery: Delivery) -> dict[str, str]:
    """What tells mail programs where mails like this one are ended; nothing where they are not."""
    if not delivery.unsubscribe:
        return {}
    told = {"List-Unsubscribe": f"<{address(delivery)}>"}
    return told | {HEADER: BODY} if THIS_MAIL in delivery.unsubscribe else told


def address(delivery: Delivery) -> str:
    """Where mails like this one are ended; empty where they are not."""
    path = delivery.unsubscribe
    return addresses.full(path.replace(THIS_MAIL, signed(delivery))) if path else ""
