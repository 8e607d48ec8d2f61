"""The REST door to what the archive says of a programme."""

from typing import cast

from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.api import ApiError
from mastportal.desk import programmes
from mastportal.desk.programme_page import programme_json
from mastportal.desk.schema import PROGRAMME
from mastportal.search import results, tasks
from mastportal.search.failures import NotReady
from mastportal.search.opening.api import rows_are_here


@extend_schema(operation_id="programme", responses={200: PROGRAMME, 202: PROGRAMME})
@api_view(["GET"])
def programme(request: Request, mission: str, programme: str) -> Response:
    """What its observations say. After 202 the same address is asked again."""
    named = programmes.programme_of(mission, programme)
    with transaction.atomic():
        asked = programmes.ask(named, cast(User, request.user))
        if asked.must_queue:
            tasks.queue_results([asked.result.pk])
    with rows_are_here():
        try:
            result = results.snapshot(asked.search)
        except NotReady:
            return Response({"phase": asked.result.phase}, status=202, headers={"Location": request.path})
    if not result.row_count:
        raise ApiError("not_found", f"The archive lists no observation of programme {named}.", 404)
    return Response(programme_json(named, result))
