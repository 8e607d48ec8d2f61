"""The bell: its page, its count, what was read, what programs and feed readers see of it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from mastportal.outbox import bell, feeds, post
from mastportal.outbox.models import Feed, Notice
from tests.outbox.make import NEWS
from tests.people import client_of

ATOM = "{http://www.w3.org/2005/Atom}"


def rung(person: User, count: int = 1, **changes: Any) -> list[Notice]:
    """So many notices under the person's bell, the newest first."""
    for number in range(count):
        post.tell([person.pk], replace(NEWS, event_id=f"{NEWS.event_id}-{number}", **changes))
    return list(bell.of(person))


def test_the_bell_says_how_many_are_unread(web: Client, alice: User, bob: User) -> None:
    rung(bob)
    assert 'aria-label="Notifications"' in web.get("/results/").text
    rung(alice, 3)
    assert 'aria-label="Notifications, 3 unread"' in web.get("/results/").text
    assert web.get("/notifications/count?known=3").status_code == 204
    changed = web.get("/notifications/count?known=2")
    assert changed.status_code == 200
    assert changed.text.startswith('<a class="bell"')
    web.logout()
    assert web.get("/notifications/count?known=2").status_code == 204


def test_the_page_lists_them_and_reading_is_noted(web: Client, alice: User, bob: User) -> None:
    newest, _, oldest = rung(alice, 3, title="<b>bold</b>")
    theirs = rung(bob)[0]
    page = web.get("/notifications/").text
    assert page.count("Mark as read") == 6  # in words and for screen readers
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    followed = web.get(f"/notifications/{newest.pk}/")
    assert followed.headers["Location"] == "/programmes/JWST/1176/"
    assert bell.unread(alice) == 2
    web.post("/notifications/read", {"notice": oldest.pk})
    assert bell.unread(alice) == 1
    assert web.get("/notifications/?unread").text.count('class="notice-line') == 1
    web.post("/notifications/read", {"notice": theirs.pk})
    web.post("/notifications/read")
    assert (bell.unread(alice), bell.unread(bob)) == (0, 1)
    assert "Nothing unread" in web.get("/notifications/?unread").text


def test_a_look_ahead_reads_nothing(web: Client, alice: User) -> None:
    notice = rung(alice)[0]
    web.head(f"/notifications/{notice.pk}/")
    assert bell.unread(alice) == 1


def test_many_come_in_pages_of_few_statements(
    web: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    rung(alice, 55)
    with django_assert_max_num_queries(6):
        page = web.get("/notifications/").text
    assert "page 1 of 2" in page
    assert web.get("/notifications/?page=2").text.count('class="notice-line') == 5
    assert web.get("/notifications/?page=nonsense").status_code == 200


def test_programs_see_them(api: APIClient, alice: User, bob: User) -> None:
    newest, middle, oldest = rung(alice, 3)
    rung(bob)
    told = api.get("/api/v1/notifications").json()
    assert [each["id"] for each in told["results"]] == [newest.pk, middle.pk, oldest.pk]
    assert told["unread"] == 3
    assert not told["more"]
    first = told["results"][0]
    assert {"id", "event", "program", "obs_id", "at", "read"} <= set(first)
    assert (first["event"], first["program"], first["read"]) == ("new", "1176", False)
    assert first["obs_id"] == NEWS.data["obs_id"]
    since = api.get("/api/v1/notifications", {"since": middle.at.isoformat()}).json()
    assert [each["id"] for each in since["results"]] == [newest.pk]
    since = api.get(f"/api/v1/notifications?since={oldest.at.isoformat()}").json()  # its plus sign is a blank
    assert len(since["results"]) == 2
    assert len(api.get("/api/v1/notifications", {"since": middle.pk}).json()["results"]) == 1
    page = api.get("/api/v1/notifications", {"limit": 1, "before": newest.pk}).json()
    assert [each["id"] for each in page["results"]] == [middle.pk]
    assert page["more"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("since", "yesterday"),
        ("since", "9" * 30),
        ("since", "0001-01-01T00:00+23:59"),
        ("limit", "0"),
        ("limit", "-1"),
        ("before", "x"),
        ("before", "9" * 30),
    ],
)
def test_a_wrong_question_is_told(api: APIClient, field: str, value: str) -> None:
    answer = api.get("/api/v1/notifications", {field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


def test_programs_mark_them_read(api: APIClient, alice: User, bob: User) -> None:
    newest, *_ = rung(alice, 3)
    theirs = rung(bob)[0]
    some = api.post("/api/v1/notifications/read", {"ids": [newest.pk, theirs.pk, 10**15]}, format="json")
    assert some.json() == {"read": 1, "unread": 2}
    assert api.post("/api/v1/notifications/read", {}, format="json").json() == {"read": 2, "unread": 0}
    assert api.post("/api/v1/notifications/read", {"ids": ["x"]}, format="json").status_code == 400
    assert bell.unread(bob) == 1


def feed_path(web: Client) -> str:
    """The address that the page shows once."""
    page = web.post("/notifications/channels/feed").text
    shown = re.search(r'id="new-feed">([^<]+)<', page)
    assert shown
    return urlsplit(shown[1]).path


def test_a_feed_reader_sees_them_without_signing_in(web: Client, client: Client, alice: User) -> None:
    rung(alice, 2, title="a <b>&\x0b", text="one\n<script>")
    path = feed_path(web)
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    assert entries[0].findtext(f"{ATOM}title") == "a <b>&"
    assert "&lt;script&gt;" in (entries[0].findtext(f"{ATOM}summary") or "")
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    secret = path.split("/")[2]
    assert secret not in answer.text
    assert secret not in web.get("/notifications/channels/").text
    assert secret not in str(list(Feed.objects.values_list()))
    rung(alice, 3)
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_the_feed_holds_all_that_one_look_may_bring(web: Client, client: Client, alice: User) -> None:
    brought = [Notice(person=alice, event_id=str(n), kind="public", title=f"News {n}") for n in range(600)]
    Notice.objects.bulk_create(brought)
    root = ElementTree.fromstring(client.get(feed_path(web)).content)
    assert {entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")} == {
        notice.title for notice in brought
    }


def test_a_new_address_ends_the_old_one(web: Client, client: Client, alice: User) -> None:
    old = feed_path(web)
    new = feed_path(web)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(new).status_code == 404
    User.objects.filter(pk=alice.pk).update(is_active=True)
    web.post("/notifications/channels/feed/remove")
    assert client.get(new).status_code == 404
    assert feeds.of(alice) is None


def test_bob_is_not_told_of_alices(alice: User, bob: User) -> None:
    rung(alice)
    moment = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert client_of(bob).get("/api/v1/notifications", {"since": moment}).json()["results"] == []
