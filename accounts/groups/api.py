"""The REST door to research groups: one's own, their members and invitations."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404
from django.urls import path, reverse
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.groups import invitations, leaving, members
from accounts.groups import schema as words
from accounts.groups.pages import groups_page
from accounts.models import Invitation, Membership, ResearchGroup
from mastportal.api import ApiError


def _told(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    entry = kind(data=request.data)
    entry.is_valid(raise_exception=True)
    return cast(dict[str, Any], entry.validated_data)


def _person(request: Request) -> User:
    return cast(User, request.user)


def _group_json(group: ResearchGroup, seats: list[Membership], user: User) -> dict[str, Any]:
    role = next(seat.role for seat in seats if seat.user_id == user.pk)
    return {"id": group.pk, "name": group.name, "role": role, "members": len(seats)}


def _invitation_json(row: Invitation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "role": row.role,
        "note": row.note,
        "state": str(invitations.standing(row)),
        "made_by": row.made_by.get_username() if row.made_by else None,
        "made_at": row.made_at,
        "expires_at": row.expires_at,
        "used_by": row.used_by.get_username() if row.used_by else None,
        "used_at": row.used_at,
    }


class GroupsView(APIView):
    """The groups one is in."""

    @extend_schema(operation_id="groups", responses=words.GROUPS)
    def get(self, request: Request) -> Response:
        seats = groups_page(_person(request))["seats"]
        rows = [{"id": s.group_id, "name": s.group.name, "role": s.role, "members": s.people} for s in seats]
        return Response({"results": rows})

    @extend_schema(
        operation_id="make_group", request=words.GroupEntry, responses={201: words.GroupSerializer}
    )
    def post(self, request: Request) -> Response:
        user = _person(request)
        group = members.make(user, _told(words.GroupEntry, request)["name"])
        return Response(_group_json(group, list(members.seats_of(group)), user), status=201)


class GroupView(APIView):
    """One group."""

    @extend_schema(operation_id="group", responses=words.GroupSerializer)
    def get(self, request: Request, group_id: int) -> Response:
        group = members.to_read(request.user, group_id)
        return Response(_group_json(group, list(members.seats_of(group)), _person(request)))

    @extend_schema(operation_id="rename_group", request=words.GroupEntry, responses=words.GroupSerializer)
    def patch(self, request: Request, group_id: int) -> Response:
        group = members.to_run(request.user, group_id)
        members.rename(group, _told(words.GroupEntry, request)["name"])
        return Response(_group_json(group, list(members.seats_of(group)), _person(request)))


class MembersView(APIView):
    """Who is in a group, told to its members."""

    @extend_schema(operation_id="members", responses=words.MEMBERS)
    def get(self, request: Request, group_id: int) -> Response:
        seats = members.seats_of(members.to_read(request.user, group_id))
        return Response({"results": words.MemberSerializer(seats, many=True).data})


class MemberView(APIView):
    """One member: owners change roles and remove, everybody may go themselves."""

    @extend_schema(operation_id="change_role", request=words.RoleEntry, responses=words.MemberSerializer)
    def patch(self, request: Request, group_id: int, member_id: int) -> Response:
        group = members.to_run(request.user, group_id)
        members.seat_of(group, member_id)
        role = _told(words.RoleEntry, request)["role"]
        members.change_role(request.user, group, member_id, role)
        return Response(words.MemberSerializer(members.seat_of(group, member_id)).data)

    @extend_schema(operation_id="remove_member", parameters=[words.SUCCESSOR], responses={204: None})
    def delete(self, request: Request, group_id: int, member_id: int) -> Response:
        user, group = _person(request), members.to_read(request.user, group_id)
        successor = request.query_params.get("successor")
        if members.seat_of(group, member_id).user_id == user.pk:
            leaving.leave(user, group, _number(successor) if successor else None)
        else:
            leaving.remove(user, members.to_run(user, group_id), member_id)
        return Response(status=204)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise ApiError("bad_question", "`successor` is the id of a member.", 400, "successor")
    return int(text)


class InvitationsView(APIView):
    """A group's invitations, told to its owners."""

    @extend_schema(operation_id="invitations", responses=words.INVITATIONS)
    def get(self, request: Request, group_id: int) -> Response:
        group = members.to_run(request.user, group_id)
        return Response({"results": [_invitation_json(row) for row in invitations.listed(group)]})

    @extend_schema(
        operation_id="invite", request=words.InvitationEntry, responses={201: words.NewInvitationSerializer}
    )
    @sensitive_variables("secret", "link")
    def post(self, request: Request, group_id: int) -> Response:
        group = members.to_run(request.user, group_id)
        told = _told(words.InvitationEntry, request)
        row, secret = invitations.make(_person(request), group, told.pop("role"), **told)
        link = request.build_absolute_uri(reverse("invitation", args=[secret]))
        made = invitations.found(row.digest)
        if made is None:  # withdrawn at the same moment
            raise Http404
        answer = {**_invitation_json(made), "link": link}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class InvitationView(APIView):
    """One invitation."""

    @extend_schema(operation_id="withdraw_invitation", responses={204: None})
    def delete(self, request: Request, group_id: int, invitation_id: int) -> Response:
        group = members.to_run(request.user, group_id)
        if not invitations.withdraw(_person(request), group, invitation_id):
            raise Http404
        return Response(status=204)


urlpatterns = [
    path("groups", GroupsView.as_view(), name="api-groups"),
    path("groups/<int:group_id>", GroupView.as_view(), name="api-group"),
    path("groups/<int:group_id>/members", MembersView.as_view(), name="api-members"),
    path("groups/<int:group_id>/members/<int:member_id>", MemberView.as_view(), name="api-member"),
    path("groups/<int:group_id>/invitations", InvitationsView.as_view(), name="api-invitations"),
    path(
        "groups/<int:group_id>/invitations/<int:invitation_id>",
        InvitationView.as_view(),
        name="api-invitation",
    ),
]
