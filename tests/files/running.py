"""Stored files, bundles of them and downloads of which the first piece has left."""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import ArchiveToken, ResearchGroup
from basket import finishing
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files import store
from mastportal.files.models import Access, ReadingRight, StoredFile
from tests.files.test_api import note
from tests.people import client_of

MIB = 1 << 20
SIZE = 6 * MIB + 17
Row = dict[str, Any]


def stored(row: Row, size: int = SIZE, access: str = Access.RESTRICTED) -> StoredFile:
    """A file of this product's name in the store, of the given size."""
    key = sha256(row["dataURI"].encode()).hexdigest()[:32]
    body = (bytes(range(251)) * (size // 251 + 1))[:size]
    store.place(key).write_bytes(body)
    note(row | {"size": size})
    return StoredFile.objects.create(
        data_uri=row["dataURI"],
        phase=Phase.COMPLETED,
        key=key,
        access=access,
        programme=row["proposal_id"],
        release_mjd=99_999.0,
        crc32=zlib.crc32(body),
        sha256=sha256(body).hexdigest(),
        fetched_at=timezone.now() + timedelta(minutes=5),  # so nobody asks whether it is still the archive's
        **store.facts_of(key),
    )


def accepted(person: User, file: StoredFile) -> None:
    """The archive has just given it to this person's token."""
    token = ArchiveToken.objects.get(user=person)
    ReadingRight.objects.update_or_create(
        token=token, scope=file.scope, defaults={"token_made_at": token.created_at}
    )


def ran_out() -> None:
    """The archive said so more than an hour ago."""
    ReadingRight.objects.update(checked_at=timezone.now() - timedelta(seconds=3601))


def bundle_of(owner: User, file: StoredFile) -> Bundle:
    group = ResearchGroup.objects.get(name="Demo group")
    bundle = Bundle.objects.create(owner=owner, group=group, folder="MAST_X", phase=Phase.EXECUTING)
    facts = {"status": Status.OK, "phase": Phase.COMPLETED, "access": file.access, "size_bytes": SIZE}
    BundleFile.objects.create(
        bundle=bundle, n=0, data_uri=file.data_uri, path=file.name, stored_file=file, **facts
    )
    assert finishing.finish(bundle.pk)
    return Bundle.objects.get(pk=bundle.pk)


def running(person: User, address: str, **query: str) -> Iterator[bytes]:
    """The pieces of a download of which the first has left already."""
    answer = client_of(person).get(address, query)
    assert answer.status_code == 200
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    return pieces
