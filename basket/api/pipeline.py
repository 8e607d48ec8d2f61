"""The REST door to what a re-run of the pipeline needs: counted, and what is missing, before any download."""

from typing import cast

from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, lines
from basket.api.shapes import PipelineSerializer
from basket.pipeline import gathering
from basket.pipeline.levels import STAGES
from basket.tasks import queue_gatherings
from mastportal.api import ApiError
from mastportal.search.products import FAILURES_STAY_S, want
from mastportal.search.tasks import queue_products
from mastportal.work import UNFINISHED


class PipelineView(APIView):
    """What the JWST pipeline needs to run again on a basket's observations."""

    stage = OpenApiParameter("stage", int, required=True, enum=list(STAGES))
    refresh = OpenApiParameter("refresh", bool, description="Look again, whatever is known.")

    @extend_schema(
        operation_id="pipeline",
        parameters=[stage, refresh],
        responses={200: PipelineSerializer, 202: PipelineSerializer},
    )
    def get(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        stage = request.query_params.get("stage", "")
        if stage not in {str(each) for each in STAGES}:
            raise ApiError("bad_question", "Say from which stage: stage=1, stage=2 or stage=3.", 400, "stage")
        contents = lines.contents_of(basket)
        if not contents.executed:
            raise ApiError("bad_question", "The basket has no observation that was executed.", 400, "basket")
        refresh = request.query_params.get("refresh", "").casefold() in ("1", "true")
        with transaction.atomic():
            queue_products(want(contents.executed, failures_stay_s=FAILURES_STAY_S))
            asked = gathering.ask(contents, int(stage), user, refresh=refresh)
            queue_gatherings([asked.row.pk] if asked.is_new else [])
        is_coming = asked.row.phase in UNFINISHED
        headers = {"Retry-After": "1", "Location": f"{request.path}?stage={stage}"} if is_coming else {}
        return Response(gathering.state_of(asked.row), status=202 if is_coming else 200, headers=headers)
