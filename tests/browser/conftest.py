"""Chromium for the browser tests: the system's, skipped with a clear line where there is none."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Not in test-results: the browser's plugin empties that folder whenever any tests begin.
SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
VIEWPORT = {"width": 1280, "height": 720}


def program() -> str | None:
    """Where Chromium is, if anywhere."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def flags() -> list[str]:
    """What keeps it quiet, and what it needs as root."""
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program. Required where REQUIRE_BROWSER is set, as continuous integration does."""
    if found := program():
        return found
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail("Chromium is required here and was not found")
    pytest.skip("Chromium is not on this machine: browser tests are skipped")


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, Any]:
    return {"executable_path": chromium, "args": ["--disable-gpu", *flags()]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"viewport": VIEWPORT}


@pytest.fixture
def shoot(page: Page) -> Callable[[str], None]:
    """Take a screenshot of the whole page, in light and in dark."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Hiding the caret would put a style into the page, which its policy rightly refuses.
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True, caret="initial")
        page.emulate_media(color_scheme="light")

    return take


@pytest.fixture
def console(page: Page) -> list[str]:
    """What the browser complained of; must stay empty."""
    said: list[str] = []
    page.on(
        "console",
        lambda message: (
            said.append(f"{message.text} {message.location}") if message.type == "error" else None
        ),
    )
    page.on("pageerror", lambda error: said.append(error.stack or str(error)))
    return said


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """The address of the portal under test."""
    return str(live_server.url)
