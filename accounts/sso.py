"""Owns who comes in by the lab's single sign-on: by subject, by a verified mail address only if configured.

Nobody gets an account by signing in unless OIDC_SIGN_UP says so. Knows no page; asks the provider nothing.
"""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.utils import generate_unique_username
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from accounts import addresses, audit, sso_groups
from accounts.access import Person, id_of
from accounts.audit import Event
from accounts.models import Profile
from accounts.sign_in import NotSignedIn

PROVIDER = "sso"
LONGEST_UID = 191
Claims = Mapping[str, Any]


class SignOnFailed(NotSignedIn):
    """The provider did not answer, or not as it should; not the person's fault."""


def is_on() -> bool:
    """Whether a provider is configured."""
    return bool(settings.OIDC_ISSUER)


def name() -> str:
    """What the lab calls its sign-on; empty where there is none."""
    return settings.OIDC_NAME if is_on() else ""


def uid_of(issuer: str, subject: str) -> str:
    """What a person is known by: a subject means nothing without who issued it. Raises SignOnFailed."""
    uid = f"{issuer} {subject}"
    if not subject or len(uid) > LONGEST_UID or not uid.isprintable():
        raise SignOnFailed("The single sign-on said nothing usable about who you are.")
    return uid


def connection_of(user: Person) -> SocialAccount | None:
    """How `user` is known at the configured provider, if they are."""
    mine = SocialAccount.objects.filter(
        user_id=id_of(user), provider=PROVIDER, uid__startswith=f"{settings.OIDC_ISSUER} "
    )
    return mine.first() if is_on() else None


def kept_of(uid: str) -> dict[str, Any]:
    """What is remembered with a subject: the groups its claims gave."""
    row = SocialAccount.objects.filter(provider=PROVIDER, uid=uid).first()
    return dict(row.extra_data) if row else {}


@transaction.atomic
def enter(uid: str, claims: Claims) -> SocialAccount:
    """Who this is, with the memberships their claims give. Raises NotSignedIn."""
    known = SocialAccount.objects.select_related("user").filter(provider=PROVIDER, uid=uid).first()
    if known is None:
        person = _person_with_mail(claims) or _new_person(claims)
        known, _ = SocialAccount.objects.get_or_create(provider=PROVIDER, uid=uid, defaults={"user": person})
        audit.note(Event.SIGN_ON_CONNECTED, person, way="sign-in")
    if known.user.is_active:
        known.extra_data = {
            "groups": sso_groups.follow(known.user, claims, known.extra_data.get("groups", []))
        }
        known.save(update_fields=["extra_data"])
    return known


def connect(user: User, uid: str) -> None:
    """From now on this subject comes in as `user`. Raises NotSignedIn where it is somebody else's."""
    row, is_new = SocialAccount.objects.get_or_create(provider=PROVIDER, uid=uid, defaults={"user": user})
    if row.user_id != user.pk:
        raise NotSignedIn("That sign-on belongs to another account of this portal; ask your administrator.")
    if is_new:
        audit.note(Event.SIGN_ON_CONNECTED, user, way="account")


def disconnect(user: User) -> bool:
    """`user` comes in by password only; False for who has none and could not come in any more."""
    if not user.has_usable_password():
        return False
    removed, _ = SocialAccount.objects.filter(user=user, provider=PROVIDER).delete()
    if removed:
        audit.note(Event.SIGN_ON_REMOVED, user)
    return True


def _verified_mail(claims: Claims) -> str:
    """The address, if the provider says in so many words that it is theirs."""
    mail = claims.get("email")
    return mail if isinstance(mail, str) and claims.get("email_verified") is True else ""


def _person_with_mail(claims: Claims) -> User | None:
    mail = _verified_mail(claims)
    if not settings.OIDC_MATCH_MAIL or not mail:
        return None
    found = [
        person for person in User.objects.filter(email__iexact=mail) if person.email.lower() == mail.lower()
    ]
    if len(found) > 1:
        raise NotSignedIn("Several accounts have your mail address; ask your administrator which is yours.")
    if found and connection_of(found[0]):  # addresses are handed on to new people
        raise NotSignedIn("The account with your mail address is another sign-on's; ask your administrator.")
    return found[0] if found else None


def _new_person(claims: Claims) -> User:
    if not settings.OIDC_SIGN_UP:
        raise NotSignedIn(
            "No account of this portal belongs to that sign-on. Ask your administrator for one; if you have "
            "one, sign in with its password and connect the two on your account page."
        )
    mail = _verified_mail(claims)
    if mail and not addresses.is_free(mail):
        raise NotSignedIn(
            "An account with your mail address is there already. Sign in with its password and connect the "
            "two on your account page."
        )
    words = {key: str(claims.get(key) or "") for key in ("preferred_username", "given_name", "family_name")}
    person = User(
        username=generate_unique_username([words["preferred_username"], mail, words["given_name"], "person"]),
        first_name=words["given_name"][:150],
        last_name=words["family_name"][:150],
        email=mail,
    )
    person.set_unusable_password()
    person.save()
    Profile.objects.get_or_create(user=person)
    return person
