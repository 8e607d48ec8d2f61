"""The OpenAPI document is kept: a few calls here, all of them against a running portal in a long run."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import keys

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# One that reads, one with a body, one whose path is looked for, one that asks the archive nothing.
CALLS = [
    ("/api/v1/me", "GET"),
    ("/api/v1/baskets", "POST"),
    ("/api/v1/baskets/{basket_id}/selection", "PUT"),
    ("/api/v1/saved-searches/{saved_id}", "PATCH"),
]


@pytest.fixture(scope="module")
def one_connection() -> Iterator[None]:
    """The test's own transaction is asked, as Django's test client does it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def document(one_connection: None) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())


def test_every_call_says_its_errors_in_the_one_shape(document: Any) -> None:
    for path, methods in document.raw_schema["paths"].items():
        for method, call in methods.items():
            shape = call["responses"]["429"]["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Error"}, (path, method)


@pytest.mark.parametrize(("path", "method"), CALLS, ids=[f"{method} {path}" for path, method in CALLS])
def test_answers_are_as_the_document_says(path: str, method: str, document: Any, alice: User) -> None:
    headers = {"Authorization": f"Token {keys.make(alice, 'tried')[1]}"}

    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(case=document[path][method].as_strategy())
    def check(case: Any) -> None:
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    check()
