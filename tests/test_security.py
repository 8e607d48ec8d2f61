"""What every page forbids the browser, and what a server behind TLS tells it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mastportal import security
from mastportal.api import API_PREFIX

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["/", "/sign-in/", "/baskets/", "/account/", "/nowhere/", "/api/v1/me", "/api/v1/schema/browse/"]

ASKED = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["portal.example"]
out = {}
plain = Client().get("/sign-in/?next=/baskets/", headers={"host": "portal.example"})
out["moved"] = [plain.status_code, plain.headers["Location"]]
tls = {"host": "portal.example", "x-forwarded-proto": "https"}
page = Client().get("/api/v1/nowhere", headers=tls)
out["hsts"] = page.headers["Strict-Transport-Security"]
out["names"] = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME]
out["flags"] = [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY]
print(json.dumps(out))
"""


@pytest.mark.parametrize("path", PAGES)
def test_no_script_stands_in_a_page(path: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    policy = client.get(path).headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["base-uri"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    assert ("unsafe" in rules["style-src"]) == (path == f"{API_PREFIX}schema/browse/")


def test_no_page_allows_scripts_of_its_own() -> None:
    for allowed in (security.SKY, security.SAMP, security.DOCUMENT):
        assert "'unsafe-inline'" not in allowed.get("script-src", ())
        assert "'unsafe-eval'" not in allowed.get("script-src", ())


def test_the_api_document_has_its_script_in_a_file(client: Client) -> None:
    page = client.get("/api/v1/schema/browse/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    script = client.get("/api/v1/schema/browse/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "SwaggerUIBundle" in script.content.decode()


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\nhttps:evil"],
)
def test_signing_in_leads_to_no_other_host(wanted: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    for method in (client.get, client.post):
        assert method("/sign-in/", {"next": wanted}).headers["Location"] == "/"
    assert client.get("/sign-in/", {"next": "/baskets/?page=2"}).headers["Location"] == "/baskets/?page=2"


def test_a_server_behind_tls() -> None:
    env = os.environ | {"SITE_URL": "https://portal.example", "DJANGO_SETTINGS_MODULE": "mastportal.settings"}
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["moved"] == [301, "https://portal.example/sign-in/?next=/baskets/"]
    assert told["hsts"] == "max-age=31536000"
    assert told["names"] == ["__Host-session", "__Host-csrf"]
    assert told["flags"] == [True, True, True]
