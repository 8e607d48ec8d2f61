"""The same address answers a page or its fragment, by who asks."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from mastportal.htmx import render_page, unchanged


def request(**headers: str) -> HttpRequest:
    asked = RequestFactory().get("/", **headers)
    asked.htmx = HtmxDetails(asked)  # type: ignore[attr-defined]
    return asked


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "is_fragment"),
    [
        ({}, False),
        ({"HTTP_HX_REQUEST": "true"}, True),
        ({"HTTP_HX_REQUEST": "true", "HTTP_HX_BOOSTED": "true"}, False),
        ({"HTTP_HX_REQUEST": "true", "HTTP_HX_HISTORY_RESTORE_REQUEST": "true"}, False),
    ],
)
def test_page_or_fragment(headers: dict[str, str], is_fragment: bool) -> None:
    answer = render_page(request(**headers), "errors/404.html", {}, fragment="icon.html")
    assert ("<html" not in answer.content.decode()) is is_fragment
    assert "HX-Request" in answer.headers["Vary"]


def test_nothing_to_swap() -> None:
    assert unchanged().status_code == 204
