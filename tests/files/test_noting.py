"""What the audit is told of exclusive files: each right as it is learnt, each answer with its bytes, once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from accounts import tokens
from accounts.audit import Event
from accounts.models import AuditEntry
from mastportal.files.entitlement import may_read
from mastportal.files.models import StoredFile
from mastportal.files.streaming import RightEnded, counted
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.files.conftest import obtain
from tests.files.running import MIB, accepted, bundle_of, running, stored
from tests.files.test_api import note
from tests.people import client_of

pytestmark = pytest.mark.django_db
Row = dict[str, Any]
OF_RIGHTS = [Event.RIGHT_GRANTED, Event.RIGHT_REFUSED]


def rights() -> list[tuple[str, str]]:
    """What was noted of rights, oldest first: the event and what it is about."""
    entries = AuditEntry.objects.filter(event__in=OF_RIGHTS).order_by("pk")
    return list(entries.values_list("event", "subject"))


def served() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(event=Event.BYTES_SERVED).order_by("pk"))


@pytest.fixture
def reader(sandbox: Sandbox, bob: User) -> Iterator[User]:
    """Bob, of Alice's group, with a token that opens the programme; given back afterwards."""
    tokens.store(bob, ALICE_TOKEN)
    yield bob
    sandbox.withdraw(ALICE_TOKEN)


def test_a_right_is_noted_once_however_many_files_it_brings(
    secret: list[Row], alice_with_token: User
) -> None:
    files = [obtain(row, alice_with_token) for row in secret[:3]]
    assert all(may_read(alice_with_token, file) for file in files)
    assert rights() == [(Event.RIGHT_GRANTED, files[0].scope)]


def test_a_refusal_is_noted_and_what_comes_after(
    sandbox: Sandbox, secret: list[Row], alice_with_token: User
) -> None:
    file = obtain(secret[0], alice_with_token)
    sandbox.withdraw(ALICE_TOKEN, file.programme)
    try:
        StoredFile.objects.filter(pk=file.pk).update(release_mjd=99_999.0)
        alice_with_token.archive_token.reading_rights.all().delete()
        assert [may_read(alice_with_token, file) for _ in range(2)] == [False, False]
    finally:
        sandbox.withdraw(ALICE_TOKEN)
    assert may_read(alice_with_token, file)
    scope = file.scope
    assert rights() == [
        (Event.RIGHT_GRANTED, scope),
        (Event.RIGHT_REFUSED, scope),
        (Event.RIGHT_GRANTED, scope),
    ]


def test_nobody_s_question_and_public_files_are_not_noted(public: list[Row], alice_with_token: User) -> None:
    file = obtain(public[0], alice_with_token)
    note(public[0])
    answer = client_of(alice_with_token).get(reverse("product-download"), {"uri": file.data_uri})
    assert b"".join(answer.streaming_content)
    assert not rights()
    assert not served()


def test_a_bundle_that_leaves_is_one_entry_for_its_group(
    secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    answer = client_of(reader).get(reverse("api-download", args=[bundle.pk]))
    assert sum(map(len, answer.streaming_content)) == bundle.size_bytes
    (entry,) = served()
    assert (entry.subject, entry.group_id) == (f"bundle {bundle.pk}", bundle.group_id)
    assert entry.facts == {"bytes": bundle.size_bytes, "programmes": [file.scope]}
    assert entry.person == reader.profile.audit_id


def test_a_range_and_a_head(secret: list[Row], reader: User) -> None:
    file = stored(secret[0])
    accepted(reader, file)
    client, asked = client_of(reader), {"uri": file.data_uri}
    client.head(reverse("product-download"), asked)
    assert not served()
    answer = client.get(reverse("product-download"), asked, headers={"Range": "bytes=10-109"})
    assert len(b"".join(answer.streaming_content)) == 100
    (entry,) = served()
    assert (entry.subject, entry.facts["bytes"]) == (file.data_uri, 100)


def test_an_answer_that_breaks_says_how_much_left(secret: list[Row], reader: User) -> None:
    file = stored(secret[0])
    accepted(reader, file)
    pieces = running(reader, reverse("product-download"), uri=file.data_uri)
    tokens.forget(reader)
    with pytest.raises(RightEnded):
        next(pieces)
    (entry,) = served()
    assert entry.facts["bytes"] == MIB


def test_who_goes_away_is_told_of_once() -> None:
    told: list[int] = []
    pieces = counted(iter([b"ten bytes.", b"five.", b"never taken"]), told.append)
    assert len(next(pieces)) + len(next(pieces)) == 15
    pieces.close()
    counted(iter([b"x"]), told.append).close()
    assert told == [15]
