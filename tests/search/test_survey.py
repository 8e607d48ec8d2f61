"""The sandbox's survey through the portal, and what the pages' policies allow for the sky view."""

import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mastportal import security
from mastportal.search import survey
from tests.search.make import PROGRAMME, answered

SHEET = re.compile(r"='(\.aladin-container\{(?:[^'\\]|\\.)*)'")
ESCAPE = re.compile(r"\\u(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{4}))")


@pytest.mark.django_db
@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("properties", "text/plain"),
        ("Moc.fits", "application/fits"),
        ("Norder3/Allsky.jpg", "image/jpeg"),
        ("Norder0/Dir0/Npix4.jpg", "image/jpeg"),
    ],
)
def test_the_sandboxs_sky_comes_through_the_portal(web: Client, name: str, media_type: str) -> None:
    answer = web.get(f"{survey.address()}/{name}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
    assert set(answer.headers["Cache-Control"].split(", ")) == {"max-age=86400", "private"}
    assert answer.content


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "Norder3/Dir0/Npix1.html",
        "../api/v0/invoke",
        "Norder3/../../_sandbox/log",
        "properties/",
    ],
)
def test_nothing_but_a_surveys_files_is_asked_for(name: str) -> None:
    with pytest.raises(survey.NotThere):
        survey.file_of(name)


@pytest.mark.django_db
def test_a_silent_sandbox_is_said(web: Client, settings: Any) -> None:
    settings.SKY_SURVEY = "http://127.0.0.1:9/hips/stars"
    answer = web.get(reverse("sky-survey", args=["properties"]))
    assert answer.status_code == 503
    assert "no-store" in answer.headers["Cache-Control"]


def test_another_survey_is_not_handed_on(settings: Any) -> None:
    settings.SKY_SURVEY, settings.SKY_SURVEY_IS_HANDED_ON = "https://sky.example/DSS", False
    assert survey.address() == "https://sky.example/DSS"
    with pytest.raises(survey.NotThere):
        survey.file_of("properties")


@pytest.mark.django_db
def test_only_a_result_may_do_what_the_sky_view_needs(web: Client, alice: User, settings: Any) -> None:
    settings.SKY_SURVEY, settings.SKY_SURVEY_IS_HANDED_ON = "https://sky.example/DSS", False
    page = reverse("result", args=[answered(PROGRAMME, alice).pk])
    of_result = web.get(page).headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in of_result
    assert "connect-src 'self' data: https://sky.example" in of_result
    assert "'unsafe-inline'" not in of_result
    for elsewhere in ("/", "/baskets/", page + "state"):
        assert web.get(elsewhere).headers["Content-Security-Policy"] == security.policy()


def test_the_hash_is_that_of_the_installed_aladin() -> None:
    source = (settings.BASE_DIR / "node_modules/aladin-lite/dist/aladin.js").read_text()
    found = SHEET.search(source)
    assert found is not None
    sheet = ESCAPE.sub(lambda code: chr(int(code[1] or code[2], 16)), found[1]).replace("\\n", "\n")
    assert f"'sha256-{b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'" == security.ALADIN_SHEET
