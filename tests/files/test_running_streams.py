"""A running download of restricted bytes: it breaks within the next MiB once what it stands on is gone."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import tokens
from accounts.models import ArchiveToken, Membership
from accounts.seal import seal
from basket.models import Bundle
from mastportal.files.models import Access, ReadingRight
from mastportal.files.streaming import RightEnded
from mastportal.mast.errors import Unavailable
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.files.running import MIB, Row, accepted, bundle_of, ran_out, running, stored
from tests.people import client_of

CHANGES: dict[str, Callable[[User, Bundle, Sandbox], object]] = {
    "token removed": lambda person, _bundle, _sandbox: tokens.forget(person),
    "token replaced": lambda person, _bundle, _sandbox: tokens.store(person, ALICE_TOKEN),
    "token expired": lambda person, _bundle, _sandbox: (ran_out(), expired(person)),
    "right withdrawn": lambda _person, _bundle, sandbox: (ran_out(), withdrawn(sandbox)),
    "refused to another request": lambda _person, _bundle, sandbox: (
        ReadingRight.objects.all().delete(),
        withdrawn(sandbox),
    ),
    "account closed": lambda person, _bundle, _sandbox: User.objects.filter(pk=person.pk).update(
        is_active=False
    ),
    "left the group": lambda person, _bundle, _sandbox: Membership.objects.filter(user=person).delete(),
    "bundle removed": lambda _person, bundle, _sandbox: Bundle.objects.filter(pk=bundle.pk).delete(),
}


def expired(person: User) -> None:
    """The archive no longer knows the token."""
    sealed = seal("sandbox-token-expired", person.pk)
    ArchiveToken.objects.filter(user=person).update(sealed=sealed)


def withdrawn(sandbox: Sandbox) -> None:
    programmes = next(each["programs"] for each in sandbox.tokens() if each["token"] == ALICE_TOKEN)
    sandbox.withdraw(ALICE_TOKEN, *programmes)


@pytest.fixture
def reader(sandbox: Sandbox, bob: User) -> Iterator[User]:
    """Bob, a member of Alice's group, here with a token that opens the programme; given back afterwards."""
    tokens.store(bob, ALICE_TOKEN)
    yield bob
    sandbox.withdraw(ALICE_TOKEN)


@pytest.mark.django_db
@pytest.mark.parametrize("what", CHANGES)
def test_a_bundle_breaks_off(
    what: str, sandbox: Sandbox, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    pieces = running(reader, reverse("api-download", args=[bundle.pk]))
    CHANGES[what](reader, bundle, sandbox)
    left: list[int] = []
    with pytest.raises(RightEnded):
        left.extend(map(len, pieces))
    assert sum(left) <= MIB


@pytest.mark.django_db
def test_one_file_breaks_off_too(secret: list[Row], reader: User) -> None:
    file = stored(secret[0])
    accepted(reader, file)
    pieces = running(reader, reverse("product-download"), uri=file.data_uri)
    tokens.forget(reader)
    with pytest.raises(RightEnded):
        b"".join(pieces)


@pytest.mark.django_db
def test_a_right_that_ran_out_is_asked_for_again_and_the_download_goes_on(
    sandbox: Sandbox, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    answer = client_of(reader).get(reverse("api-download", args=[bundle.pk]))
    pieces = iter(answer.streaming_content)
    first = next(pieces)
    ran_out()
    mark = sandbox.mark()
    assert len(first) + sum(map(len, pieces)) == bundle.size_bytes
    asked = [(entry["method"], entry["who"]) for entry in sandbox.log(mark) if entry["uri"]]
    assert asked == [("HEAD", ""), ("HEAD", "alice")]


@pytest.mark.django_db
def test_an_archive_that_cannot_be_asked_ends_a_right_that_ran_out(
    sandbox: Sandbox, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    pieces = running(reader, reverse("api-download", args=[bundle.pk]))
    ran_out()
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 503, "times": 50})
    with pytest.raises(Unavailable):
        b"".join(pieces)


@pytest.mark.django_db
@pytest.mark.parametrize(("access", "looks"), [(Access.PUBLIC, 0), (Access.RESTRICTED, 7)])
def test_restricted_bytes_are_looked_at_once_a_mebibyte(
    access: str, looks: int, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0], access=access)
    accepted(reader, file)
    pieces = running(reader, reverse("api-download", args=[bundle_of(alice, file).pk]))
    with CaptureQueriesContext(connection) as asked:
        assert sum(map(len, pieces)) > 5 * MIB
    assert sum("files_readingright" in query["sql"] for query in asked) == looks
    assert sum("accounts_membership" in query["sql"] for query in asked) == looks
