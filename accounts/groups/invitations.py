"""Owns invitations: a link for one role, made by an owner, kept as a hash, good once and for some days.

A link is good only while who made it may still invite: one who goes leaves no way back in.
"""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.access import id_of, role_in
from accounts.groups import members
from accounts.models import Invitation, Membership, ResearchGroup, Role
from mastportal.conflicts import Conflict

SECRET_BYTES = 32
DAYS, DAYS_MOST = 7, 30
NOTE_MOST = 120
OPEN_MOST = 50
SHOWN_MOST = 100


class Standing(StrEnum):
    """Whether a link is still good, and if not why."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def digest_of(secret: str) -> str:
    # 256 random bits: a plain hash cannot be guessed backwards.
    return hashlib.sha256(secret.encode()).hexdigest()


def _known() -> QuerySet[Invitation]:
    """Invitations, each with whether who made it may still invite (`is_backed`)."""
    owns = Membership.objects.filter(group=OuterRef("group"), user=OuterRef("made_by"), role=Role.OWNER)
    backed = Exists(owns) | Q(made_by__is_superuser=True, made_by__is_active=True)
    return Invitation.objects.select_related("group", "made_by", "used_by").annotate(is_backed=backed)


def standing(invitation: Invitation) -> Standing:
    """Of an invitation as `listed` and `found` give it."""
    if invitation.used_at is not None:
        return Standing.USED
    if not getattr(invitation, "is_backed", False):
        return Standing.WITHDRAWN
    return Standing.OPEN if timezone.now() < invitation.expires_at else Standing.EXPIRED


def sentence(invitation: Invitation | None) -> str:
    """Why a link is not good, for whoever followed it; empty while it is."""
    match standing(invitation) if invitation is not None else None:
        case Standing.OPEN:
            return ""
        case Standing.USED:
            return "This invitation was used already: each works once. Ask for a new one."
        case Standing.EXPIRED if invitation is not None:
            return f"This invitation ended on {invitation.expires_at:%Y-%m-%d %H:%M} UTC. Ask for a new one."
    return (
        "There is no such invitation: the link is not complete, or it was withdrawn. "
        "Follow it again from where you got it, or ask for a new one."
    )


@sensitive_variables("secret")
@transaction.atomic
def make(
    by: User, group: ResearchGroup, role: str, *, note: str = "", days: int = DAYS
) -> tuple[Invitation, str]:
    """An invitation and its secret, which cannot be shown again. Raises Conflict when very many are open.

    `note` says whom it is for; it ends after `days` (at most DAYS_MOST).
    """
    members.hold(group.pk)
    if sum(standing(each) is Standing.OPEN for each in listed(group)) >= OPEN_MOST:
        raise Conflict(f"This group has {OPEN_MOST} open invitations; withdraw one that is not needed.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = Invitation.objects.create(
        group=group,
        role=role,
        note=" ".join(note.split())[:NOTE_MOST],
        digest=digest_of(secret),
        made_by=by,
        expires_at=timezone.now() + timedelta(days=min(days, DAYS_MOST)),
    )
    audit.note(audit.Event.INVITED, by, group_id=group.pk, subject=f"invitation {row.pk}", role=str(role))
    return row, secret


def listed(group: ResearchGroup) -> list[Invitation]:
    """The group's newest invitations, whatever became of them."""
    return list(_known().filter(group=group)[:SHOWN_MOST])


def found(digest: str) -> Invitation | None:
    """The invitation whose secret has this hash."""
    return _known().filter(digest=digest).first()


def withdraw(by: User, group: ResearchGroup, invitation_id: int) -> bool:
    """Let an unused invitation be good no more; whether there was one."""
    gone, _ = Invitation.objects.filter(group=group, pk=invitation_id, used_at=None).delete()
    if gone:
        subject = f"invitation {invitation_id}"
        audit.note(audit.Event.INVITATION_WITHDRAWN, by, group_id=group.pk, subject=subject)
    return gone > 0


@transaction.atomic
def accept(user: User, digest: str) -> Membership:
    """Become a member by an invitation, which is used by it. Raises Conflict with the reason why not.

    Of two people who follow one link at the same moment one comes in.
    """
    held = Invitation.objects.select_for_update().filter(digest=digest).first()
    invitation = found(digest) if held is not None else None
    if (refused := sentence(invitation)) or invitation is None:
        raise Conflict(refused)
    if role := role_in(user, invitation.group_id):
        raise Conflict(already(invitation, role))
    Invitation.objects.filter(pk=invitation.pk).update(used_by=id_of(user), used_at=timezone.now())
    return members.place(user, invitation.group, invitation.role, by=invitation.made_by)


def already(invitation: Invitation, role: str) -> str:
    """What a member is told who follows an invitation to their own group."""
    return (
        f"You are in {invitation.group.name} already, as {role}; the invitation stays open for somebody else."
    )
