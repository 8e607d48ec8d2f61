"""The REST door to a person's own programmes: what their token opens, and what becomes public when."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import archive
from mastportal.desk import calendar_page, mine, opening
from mastportal.desk.mine_schema import CALENDAR, GROUP, MY_PROGRAMMES
from mastportal.desk.opening import Standing
from mastportal.desk.release_days import releases_of
from mastportal.desk.tasks import queue_unknown
from mastportal.search.tasks import queue_results


def _as_json(standing: Standing) -> dict[str, Any]:
    return {
        "mission": standing.programme.mission,
        "program": standing.programme.id,
        "observations": standing.observations,
        "opens": standing.opens,
        "checked_at": standing.said.checked_at if standing.said is not None else None,
        "next_release": standing.next_mjd,
        "last_release": standing.last_mjd,
    }


class MyProgrammesView(APIView):
    """Which of one's exclusive programmes one's own MAST token opens, from real checks."""

    @extend_schema(operation_id="my_programmes", responses=MY_PROGRAMMES)
    def get(self, request: Request) -> Response:
        """What the last checks said; the archive is not asked."""
        user = cast(User, request.user)
        standings = opening.standings_of(user, list(mine.found_for(user).coming.values()))
        return Response({"results": [_as_json(each) for each in standings]})

    @extend_schema(operation_id="check_my_programmes", request=None, responses=MY_PROGRAMMES)
    def post(self, request: Request) -> Response:
        """Ask the archive now. A programme of which no file is listed yet stays unknown: try again soon."""
        user = cast(User, request.user)
        opening.check(user, queue_unknown(user))
        return self.get(request)


@extend_schema(operation_id="calendar", parameters=[GROUP], responses=CALENDAR)
@api_view(["GET"])
def calendar(request: Request) -> Response:
    """What of one's own and one's groups' programmes becomes public, by day and programme."""
    user = cast(User, request.user)
    group_id = calendar_page.chosen_group(user, request.GET.get("group", ""))
    found = mine.found_for(user, group_id)
    with transaction.atomic():
        queue_results(mine.ask_unknown(found))
    releases = releases_of(found.coming.values(), archive.today_mjd())
    told = [calendar_page.as_json(each) for each in releases[: calendar_page.MOST_RELEASES]]
    return Response({"results": told, "being_asked": len(found.unknown)})
