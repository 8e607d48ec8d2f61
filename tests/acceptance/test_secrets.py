"""After a run of everything that has a secret, none of them is found in clear anywhere. Long.

Looked through: every row of the database, the database's own files, everything in Valkey and every command
that was sent to it (task arguments among them), logs, mails, the store, and the pages of those concerned.
In each of these something that is no secret must be found in the same way, or nothing was looked through.
"""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import httpx
import pytest
from redis import Redis, RedisError

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT
from tests.acceptance.secret_places import Seen, spellings, stored
from tests.bench.portal import Portal, portal
from tests.waiting import wait_until

TOKENS = {"alice": "sandbox-token-alice", "bob": "sandbox-token-bob"}
REFUSED = ["sandbox-token-expired", "sandbox-token-noscope", "no-such-token-7f3a9c"]
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"  # a quicker start
MARK = "mark-5e1c0d"  # no secret: it names a basket, and an address that is nowhere
WARN = "from accounts import token_warnings; token_warnings.warn()"
MARKED = ("table basket_basket", "postgres/", "logs/", "page /baskets/")


@pytest.fixture(scope="module")
def running() -> Iterator[Portal]:
    quick = {"SWEEP_S": "1", "STATIC_STORAGE": PLAIN}
    with portal("--file-bytes 5000", OUTGOING_ALLOWED="127.0.0.1", **quick) as started:
        yield started


@contextmanager
def overheard(valkey_url: str, seen: Seen) -> Iterator[None]:
    """Every command that reaches Valkey."""
    stop, ready = threading.Event(), threading.Event()

    def listen() -> None:
        with Redis.from_url(valkey_url) as client, client.monitor() as monitor:
            ready.set()
            while not stop.is_set():
                told = monitor.next_command()
                seen.commands.append(str(told["command"]).encode())

    thread = threading.Thread(target=listen)
    thread.start()
    ready.wait(20)
    try:
        yield
    finally:
        stop.set()
        with Redis.from_url(valkey_url) as client, suppress(RedisError):
            client.ping()  # one more command, which the listener wakes for
        thread.join()


def form(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """A form of a page, sent as a browser does."""
    page = client.get("/account/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    return client.post(
        path, data={"csrfmiddlewaretoken": token[1], **fields}, headers={"Referer": str(client.base_url)}
    )


def shown(answer: httpx.Response, element: str) -> str:
    """A secret that a page shows once; the part of an address that is one."""
    found = re.search(rf'id="{element}"[^>]*>([^<]+)<', answer.text)
    assert found, (element, answer.status_code)
    parts = [part for part in found[1].strip().split("/") if len(part) >= 30]
    return parts[0] if parts else found[1].strip()


def use_tokens(running: Portal, seen: Seen) -> None:
    """Entered, refused, replaced, and used for exclusive files, also while the archive is broken."""
    for person, token in TOKENS.items():
        api = running.api_of(person)
        seen.secrets[f"{person}'s key"] = api.headers["Authorization"].partition(" ")[2]
        api.put("me/mast-token", json={"token": token}).raise_for_status()
        for number, refused in enumerate(REFUSED):
            seen.secrets[f"refused token {number}"] = refused
            assert api.put("me/mast-token", json={"token": refused}).status_code >= 400
        seen.secrets[f"{person}'s token"] = token
        seen.marks["a command to Valkey"] = fetch_exclusive(running, api, token)
        api.close()
    broken = [{"match": "whoami|Download", "times": 4, "fault": "status", "status": 500}]
    httpx.post(f"{running.archive_url}/_sandbox/faults", json=broken, trust_env=False).raise_for_status()
    with closing(running.browser()) as browser:
        form(browser, "/account/token/check/")
        form(browser, "/account/token/", token=TOKENS["alice"])
    httpx.delete(f"{running.archive_url}/_sandbox/faults", trust_env=False)


def fetch_exclusive(running: Portal, api: httpx.Client, token: str) -> str:
    """A bundle of one observation of a programme that this token opens; its id, which tasks are given."""
    known = httpx.get(f"{running.archive_url}/_sandbox/tokens", trust_env=False).json()
    programmes = next(each["programs"] for each in known if each["token"] == token)
    asked = {"collection": "programs", "programs": str(programmes[0])}
    search = running.finished(f"searches/{api.post('searches', json=asked).json()['id']}", api=api)
    rows = api.get(f"searches/{search['id']}/rows", params={"f.dataRights": "EXCLUSIVE_ACCESS"}).json()[
        "rows"
    ]
    basket = api.post("baskets", json={"name": MARK}).json()["id"]
    body = {"search": search["id"], "obsid": [rows[0]["obsid"]]}
    api.post(f"baskets/{basket}/observations", json=body).raise_for_status()
    how = {"format": "zip", "layout": "nested"}
    made = wait_until(lambda: api.post(f"baskets/{basket}/bundles", json=how).json().get("id"), 60)
    running.finished(f"bundles/{made}", api=api)
    assert api.get(f"bundles/{made}/download").status_code == 200
    assert "token" in api.get(f"baskets/{basket}/script").text
    return str(made)


def send_mails(running: Portal, seen: Seen) -> None:
    """A test, and what is said of tokens whose day nobody told; written into the portal's folder."""
    with closing(running.browser()) as browser:
        form(browser, "/notifications/channels/mail")
        browser.get(f"/{MARK}/")
        seen.marks["Valkey 1"] = browser.cookies["sessionid"]
    words = python("-m", "mastportal.embedded", "manage", "shell", "--no-imports", "-c", WARN)
    subprocess.run(words, env=running.env, cwd=CHECKOUT, capture_output=True, check=True)
    wait_until(lambda: mails(running) > len(TOKENS), 60)
    seen.marks |= dict.fromkeys(MARKED, MARK)
    seen.marks |= {"mail/": "A test from the MAST portal", "store/": "SIMPLE  ="}


def mails(running: Portal) -> int:
    return sum(path.read_bytes().count(b"\nSubject: ") for path in (running.folder / "mail").iterdir())


def use_keys_and_addresses(running: Portal, seen: Seen) -> None:
    """Keys, invitations, feeds and webhooks: made, used, and used wrongly."""
    browser, api = running.browser(), running.api
    seen.secrets["the first key"] = api.headers["Authorization"].partition(" ")[2]
    key = api.post("me/keys", json={"name": "script", "scope": "write"}).raise_for_status().json()["key"]
    seen.secrets["a key"] = key
    group = next(each["id"] for each in api.get("me").json()["groups"] if each["role"] == "owner")
    made = api.post(f"groups/{group}/invitations", json={"role": "reader"}).raise_for_status().json()
    seen.secrets["an invitation"] = made["link"].rstrip("/").rsplit("/", 1)[1]
    seen.secrets["a feed"] = shown(form(browser, "/notifications/channels/feed"), "new-feed")
    seen.secrets["a calendar"] = shown(form(browser, "/calendar/address"), "new-calendar-address")
    seen.secrets["a webhook's address"] = "hook/7hJk2Lm9QxB3vN8s"
    told = {"address": "http://127.0.0.1:9/hook/7hJk2Lm9QxB3vN8s", "name": "hook", "form": "json"}
    fields = {f"webhook-{name}": value for name, value in told.items()}
    hook = form(browser, "/notifications/channels/webhooks", **fields)
    seen.secrets["a webhook's secret"] = shown(hook, "new-secret")
    paths = [f"/join/{seen.secrets['an invitation']}/", f"/feeds/{seen.secrets['a feed']}/notifications.atom"]
    paths += [f"/feeds/{seen.secrets['a calendar']}/calendar.ics"]
    for path in paths:
        browser.get(path)
        browser.put(path)  # no such method: what is refused is written into the log
        browser.get(f"{path}x/nowhere")
    for scheme in ("Token", "Bearer"):
        headers = {"Authorization": f"{scheme} {key}"}
        for path in ("/api/v1/me", f"/api/v1/nowhere/{key}", "/account/", f"/api/v1/me?key={key[:4]}"):
            httpx.get(f"{running.url}{path}", headers=headers, trust_env=False)
    browser.close()


@pytest.mark.long
def test_no_secret_is_found_in_clear(running: Portal) -> None:
    seen = Seen()
    environment = running.processes("gunicorn")[0].environ()
    with overheard(environment["VALKEY_URL"], seen):
        use_tokens(running, seen)
        use_keys_and_addresses(running, seen)
        send_mails(running, seen)
        time.sleep(3)  # what was put off is sent
    assert len(seen.secrets) >= 10
    assert len(seen.commands) > 100
    looked_for = {name: spellings(secret) for name, secret in seen.secrets.items()}
    marks = {start: spellings(mark) for start, mark in seen.marks.items()}
    places = 0
    found, marked = set(), set()
    for place, content in stored(running, environment, seen):
        places += 1
        found |= {(name, place) for name, ways in looked_for.items() if any(way in content for way in ways)}
        here = (start for start in marks if place.startswith(start))
        marked |= {start for start in here if any(way in content for way in marks[start])}
    assert places > 500
    assert not found
    assert marked == set(marks), "what is there is found in every kind of place"
