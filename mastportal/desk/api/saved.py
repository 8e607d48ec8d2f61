"""The REST door to saved searches."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mastportal.api import ApiError, check_revision, expected_revision, tag_of
from mastportal.desk import pages, saved
from mastportal.desk.models import SavedSearch
from mastportal.desk.schema import SAVED, SAVED_LIST, WITHIN, SavedEntry
from mastportal.search.models import Search


def saved_json(found: SavedSearch, user: User, request: Request) -> dict[str, Any]:
    """A saved search as programs see it."""
    return {
        "id": found.pk,
        "revision": found.revision,
        "name": found.name,
        "note": found.note,
        "owner": found.owner.get_username(),
        "group": found.group_id,
        "role": pages.role_words(user, found),
        "search": str(found.search_id),
        "criteria": found.search.criteria,
        "query": found.search.words,
        "state": found.state,
        "filters": found.filter_words,
        "created_at": found.created_at,
        "changed_at": found.changed_at,
        "page": request.build_absolute_uri(reverse("saved-search", args=[found.pk])),
    }


def _entry(request: Request) -> dict[str, Any]:
    entry = SavedEntry(data=request.data)
    entry.is_valid(raise_exception=True)
    told = cast(dict[str, Any], entry.validated_data)
    if "search" in told:
        told["search"] = _search(told["search"])
    return told


def _search(pk: UUID) -> Search:
    try:
        return Search.objects.select_related("current").get(pk=pk)
    except Search.DoesNotExist:
        raise ApiError("bad_question", "There is no search with this id.", 400, "search") from None


class SavedSearchesView(APIView):
    """One's own saved searches and those of one's groups."""

    @extend_schema(operation_id="saved_searches", parameters=[WITHIN], responses=SAVED_LIST)
    def get(self, request: Request) -> Response:
        user = cast(User, request.user)
        found = saved.all_of(user, request.GET.get("q", ""))
        return Response({"results": [saved_json(each, user, request) for each in found]})

    @extend_schema(operation_id="save_search", request=SavedEntry, responses={201: SAVED})
    def post(self, request: Request) -> Response:
        user, told = cast(User, request.user), _entry(request)
        for needed, words in (
            ("name", "A saved search needs a name."),
            ("search", "Say which search to save."),
        ):
            if not told.get(needed):
                raise ApiError("bad_question", words, 400, needed)
        found = saved.save(user, told.pop("search"), **told)
        return Response(saved_json(found, user, request), status=201, headers=tag_of(found))


class SavedSearchView(APIView):
    """One saved search."""

    @extend_schema(operation_id="saved_search", responses=SAVED)
    def get(self, request: Request, saved_id: int) -> Response:
        user = cast(User, request.user)
        found = saved.to_read(user, saved_id)
        return Response(saved_json(found, user, request), headers=tag_of(found))

    @extend_schema(operation_id="change_saved_search", request=SavedEntry, responses=SAVED)
    def patch(self, request: Request, saved_id: int) -> Response:
        user = cast(User, request.user)
        with transaction.atomic():
            found = saved.to_write(user, saved_id)
            expected = expected_revision(request)
            told = _entry(request)
            check_revision(saved.lock(found), expected)
            saved.change(user, found, **told)
        return Response(saved_json(found, user, request), headers=tag_of(found))

    @extend_schema(operation_id="remove_saved_search", responses={204: None})
    def delete(self, request: Request, saved_id: int) -> Response:
        saved.to_write(cast(User, request.user), saved_id).delete()
        return Response(status=204)
