"""The REST door to a person's own account: who I am, my MAST token, my API keys; and to groups."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404
from django.urls import include, path
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, keys, tokens
from accounts.models import ApiToken, Scope

GROUP = inline_serializer(
    "MyGroup",
    {"id": serializers.IntegerField(), "name": serializers.CharField(), "role": serializers.CharField()},
    many=True,
)
ME = inline_serializer("Me", {"username": serializers.CharField(), "groups": GROUP})


class TokenEntry(serializers.Serializer[Any]):
    """The body of a PUT: the token as MAST showed it, and the day it was made there, if you know it.

    `is_another_person` says that both MAST accounts are yours, where it is to replace a token of another.
    """

    token = serializers.CharField(max_length=2000, write_only=True)
    made_on = serializers.DateField(required=False, allow_null=True, default=None)
    is_another_person = serializers.BooleanField(required=False, default=False)


class TokenStateSerializer(serializers.Serializer[Any]):
    """What is known of the stored token; `state`: none, valid, expiring, expired, refused, missing-scope,
    wrong-person. `ends_at` is when it has ended for certain, if it is not used meanwhile; with
    `made_on_assumed` nobody said when it was made, and it may end any day before."""

    stored = serializers.BooleanField()
    state = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField(allow_null=True)
    made_on = serializers.DateField(allow_null=True)
    made_on_assumed = serializers.BooleanField()
    checked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    warn_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class KeyEntry(serializers.Serializer[Any]):
    """The body of a POST: what the key is for, what it may, and when it ends; null: never."""

    name = serializers.CharField(max_length=60)
    scope = serializers.ChoiceField(Scope.choices, default=Scope.READ)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class KeySerializer(serializers.Serializer[Any]):
    """An API key; `prefix` is how it begins. The key itself is only in the answer that made it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(Scope.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewKeySerializer(KeySerializer):
    key = serializers.CharField(help_text="Shown only now.")


KEYS = inline_serializer("MyKeys", {"results": KeySerializer(many=True)})


class MeView(APIView):
    """Who is asking, and the research groups they are in."""

    @extend_schema(operation_id="me", responses=ME)
    def get(self, request: Request) -> Response:
        person = cast(User, request.user)
        groups = [
            {"id": seat.group_id, "name": seat.group.name, "role": seat.role}
            for seat in access.roles_of(person)
        ]
        return Response({"username": person.get_username(), "groups": groups})


class MyTokenView(APIView):
    """The MAST token of who is asking: entered, looked at, removed; nobody's else, and never shown."""

    @extend_schema(operation_id="my_token", responses=TokenStateSerializer)
    def get(self, request: Request) -> Response:
        return _state(tokens.state(cast(User, request.user)))

    @extend_schema(operation_id="enter_my_token", request=TokenEntry, responses=TokenStateSerializer)
    @sensitive_variables()
    def put(self, request: Request) -> Response:
        entry = TokenEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        told = entry.validated_data
        known = tokens.store(
            cast(User, request.user),
            told["token"],
            made_on=told["made_on"],
            is_another_person=told["is_another_person"],
        )
        return _state(known)

    @extend_schema(operation_id="remove_my_token", responses={204: None})
    def delete(self, request: Request) -> Response:
        tokens.forget(cast(User, request.user))
        return Response(status=204)


class MyKeysView(APIView):
    """The API keys of who is asking. One that is made with another ends with it at the latest."""

    @extend_schema(operation_id="my_keys", responses=KEYS)
    def get(self, request: Request) -> Response:
        mine = keys.of(cast(User, request.user))
        return Response({"results": KeySerializer(mine, many=True).data})

    @extend_schema(operation_id="make_key", request=KeyEntry, responses={201: NewKeySerializer})
    @sensitive_variables("key")
    def post(self, request: Request) -> Response:
        entry = KeyEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        with_key = request.auth if isinstance(request.auth, ApiToken) else None
        row, key = keys.make(cast(User, request.user), **entry.validated_data, made_with=with_key)
        answer = {**KeySerializer(row).data, "key": key}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class MyKeyView(APIView):
    """One API key of who is asking."""

    @extend_schema(operation_id="remove_key", responses={204: None})
    def delete(self, request: Request, key_id: int) -> Response:
        if not keys.remove(cast(User, request.user), key_id):
            raise Http404
        return Response(status=204)


def _state(known: tokens.State) -> Response:
    return Response(TokenStateSerializer(known).data)


urlpatterns = [
    path("me", MeView.as_view(), name="api-me"),
    path("me/mast-token", MyTokenView.as_view(), name="api-my-token"),
    path("me/keys", MyKeysView.as_view(), name="api-my-keys"),
    path("me/keys/<int:key_id>", MyKeyView.as_view(), name="api-my-key"),
    path("", include("accounts.groups.api")),
]
