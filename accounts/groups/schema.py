"""Owns the OpenAPI words of groups: what is sent and what comes back. Asks nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from accounts.groups.invitations import DAYS, DAYS_MOST, NOTE_MOST, Standing
from accounts.groups.members import NAME_MOST
from accounts.models import Role

SUCCESSOR = OpenApiParameter(
    "successor", int, description="The member who becomes an owner when the last one goes."
)


class GroupEntry(s.Serializer[Any]):
    """The body of a POST or PATCH."""

    name = s.CharField(max_length=NAME_MOST)


class RoleEntry(s.Serializer[Any]):
    """The body of a PATCH: owners manage the group, editors change what it shares, readers look."""

    role = s.ChoiceField(Role.choices)


class InvitationEntry(s.Serializer[Any]):
    """The body of a POST: for which role, for how many days, and a note on whom it is for."""

    role = s.ChoiceField(Role.choices, default=Role.EDITOR)
    days = s.IntegerField(min_value=1, max_value=DAYS_MOST, default=DAYS)
    note = s.CharField(max_length=NOTE_MOST, required=False, allow_blank=True, default="")


class MemberSerializer(s.Serializer[Any]):
    id = s.IntegerField()
    username = s.CharField(source="user.username")
    name = s.CharField(source="user.get_full_name")
    role = s.ChoiceField(Role.choices)


class GroupSerializer(s.Serializer[Any]):
    """A group that one is in; `role` is one's own."""

    id = s.IntegerField()
    name = s.CharField()
    role = s.ChoiceField(Role.choices)
    members = s.IntegerField()


class InvitationSerializer(s.Serializer[Any]):
    """An invitation; its link is in the answer that made it and nowhere else."""

    id = s.IntegerField()
    role = s.ChoiceField(Role.choices)
    note = s.CharField()
    state = s.ChoiceField([str(word) for word in Standing])
    made_by = s.CharField(allow_null=True)
    made_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    used_by = s.CharField(allow_null=True)
    used_at = s.DateTimeField(allow_null=True)


class NewInvitationSerializer(InvitationSerializer):
    link = s.CharField(help_text="Shown only now: whoever follows it, once, is in the group.")


GROUPS = inline_serializer("Groups", {"results": GroupSerializer(many=True)})
MEMBERS = inline_serializer("Members", {"results": MemberSerializer(many=True)})
INVITATIONS = inline_serializer("Invitations", {"results": InvitationSerializer(many=True)})
