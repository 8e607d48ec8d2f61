"""Rows sent from the browser to another program by SAMP: a real hub, and a client that fetches them."""

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from astropy.io.votable import parse_single_table
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pyvo.samp import SAMPHubServer, SAMPIntegratedClient, WebProfileDialog, conf

from tests.archive import Sandbox
from tests.browser.places import sign_in
from tests.search.make import PROGRAMME, answered

pytestmark = pytest.mark.browser
PORT = 21012  # the Web Profile's, wherever it runs
Message = tuple[str, dict[str, Any]]


class Consent(WebProfileDialog):
    """The person at the hub, who is asked once for each page that wants to connect."""

    def __init__(self) -> None:
        self.says, self.asked = True, []

    def show_dialog(self, samp_name: str, details: Any, client: Any, origin: Any) -> None:
        self.asked.append(samp_name)
        (self.consent if self.says else self.reject)()


@pytest.fixture
def port() -> None:
    """Nobody else's hub is there; without one the tests would talk to the person's own programs."""
    with socket.socket() as tried:
        if tried.connect_ex(("127.0.0.1", PORT)) == 0:
            pytest.skip(f"port {PORT} is taken by another SAMP hub: sending is not tested")


@pytest.fixture
def consent(port: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Consent]:
    """A hub with the Web Profile."""
    monkeypatch.setattr(conf, "use_internet", False)
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:file://{tmp_path}/samp")
    asked = Consent()
    hub = SAMPHubServer(lockfile=str(tmp_path / "samp"), web_profile_dialog=asked, addr="127.0.0.1")
    hub.start()
    ended = Event()
    person = Thread(target=lambda: [asked.handle_queue() for _ in iter(lambda: ended.wait(0.02), True)])
    person.start()
    yield asked
    ended.set()
    person.join()
    hub.stop()


@pytest.fixture
def topcat(consent: Consent, tmp_path: Path) -> Iterator[Queue[Message]]:
    """A program that takes VOTables, and the messages it was sent."""
    client = SAMPIntegratedClient("TOPCAT <b>", addr="127.0.0.1")
    client.connect(hub=None)
    heard: Queue[Message] = Queue()
    client.bind_receive_notification(
        "table.load.votable", lambda key, sender, mtype, params, extra: heard.put((mtype, params))
    )
    yield heard
    client.disconnect()


@pytest.fixture
def result(page: Page, site: str, alice: User, sandbox: Sandbox) -> Page:
    """A result with a filter, its menu open."""
    sign_in(page, site, alice)
    address = reverse("result", args=[answered(PROGRAMME, alice).pk])
    page.goto(f"{site}{address}?f.calib_level=3&sort=-t_min")
    page.locator("[data-send] summary").click()
    return page


def test_the_rows_arrive_in_another_program(result: Page, topcat: Queue[Message], consent: Consent) -> None:
    result.get_by_role("button", name="Look for programs").click()
    result.get_by_role("button", name="TOPCAT <b>").click()
    expect(result.locator("[data-send-said]")).to_contain_text("Sent to TOPCAT <b>.")
    mtype, params = topcat.get(timeout=5)
    answer = httpx.get(params["url"], trust_env=False)
    table = parse_single_table(io.BytesIO(answer.content)).to_table()
    assert (mtype, answer.status_code, consent.asked) == ("table.load.votable", 200, ["MAST portal"])
    assert set(table["calib_level"]) == {3}
    assert list(table["t_min"]) == sorted(table["t_min"], reverse=True)
    assert "cookie" not in answer.request.headers


def test_a_hub_that_refuses_is_said(result: Page, topcat: Queue[Message], consent: Consent) -> None:
    consent.says = False
    result.get_by_role("button", name="Look for programs").click()
    expect(result.locator("[data-send-said]")).to_contain_text("The hub refused")
    assert topcat.empty()


def test_without_a_hub_the_file_is_offered(result: Page, port: None) -> None:
    result.get_by_role("button", name="Look for programs").click()
    expect(result.locator("[data-send-said]")).to_contain_text("No program answers on this computer")
