"""Makes bundles of sparse stored files as rows: of many files, of a terabyte. Run by `manage shell`."""

import hashlib
import json
import os
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from isal import isal_zlib

from basket import finishing
from basket.models import Bundle, BundleFile
from basket.phases import Access, Phase, Status
from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.search.listed import key_of
from mastportal.search.models import ListedUri

GIB = 1 << 30
PLAIN_URI = "mast:JWST/product/jw00000_sparse_plain.fits"


def make(many: int, large: int) -> None:
    """Prints the ids of a bundle of `many` files and of one of `large` ones, and the plain file's URI."""
    alice = User.objects.get(username="alice")
    ids = {"many": _bundle(alice, many, 1 << 20).pk, "large": _bundle(alice, large, GIB).pk}
    plain = _stored(PLAIN_URI, 1 << 40, 0, "0" * 64)
    plain.checked_at = timezone.now() + timedelta(days=1)  # the archive need not be asked about it
    plain.save()
    ListedUri.objects.create(key=key_of(PLAIN_URI), uri=PLAIN_URI)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does within a minute of so many rows
    print(json.dumps({name: str(pk) for name, pk in ids.items()} | {"plain": PLAIN_URI}))


def _bundle(owner: User, count: int, size_bytes: int) -> Bundle:
    bundle = _filled(owner, count, size_bytes)
    finishing.finish(bundle.pk)  # or a worker's sweep was faster
    bundle.refresh_from_db(fields=["phase"])
    assert bundle.phase == Phase.COMPLETED, bundle.phase
    return bundle


@transaction.atomic
def _filled(owner: User, count: int, size_bytes: int) -> Bundle:
    bundle = Bundle.objects.create(name="bench", owner=owner, folder="MAST_x", phase=Phase.EXECUTING)
    crc32, sha256 = _sums_of_zeros(size_bytes)
    uris = [f"mast:JWST/product/jw{count:06d}{n:06d}_nrca1_cal.fits" for n in range(count)]
    stored = StoredFile.objects.bulk_create(
        [_stored(uri, size_bytes, crc32, sha256) for uri in uris], batch_size=5000
    )
    files = [
        BundleFile(
            bundle=bundle,
            n=n,
            data_uri=file.data_uri,
            product_name=file.name,
            path=f"JWST/jw{n:06d}/{file.name}",
            description="Calibrated exposure",
            access=Access.PUBLIC,
            status=Status.OK,
            phase=Phase.COMPLETED,
            stored_file=file,
            size_bytes=size_bytes,
            sha256=sha256,
        )
        for n, file in enumerate(stored)
    ]
    BundleFile.objects.bulk_create(files, batch_size=5000)
    return bundle


def _sums_of_zeros(size_bytes: int) -> tuple[int, str]:
    crc, sha, piece = 0, hashlib.sha256(), bytes(1 << 20)
    for _ in range(size_bytes // len(piece)):
        crc = isal_zlib.crc32(piece, crc)
        sha.update(piece)
    return crc, sha.hexdigest()


def _stored(uri: str, size_bytes: int, crc32: int, sha256: str) -> StoredFile:
    """A sparse file in the store, and its row, not saved."""
    key = secrets.token_hex(32)
    with store.place(key).open("wb") as out:
        os.truncate(out.fileno(), size_bytes)
    return StoredFile(
        data_uri=uri,
        key=key,
        phase=Phase.COMPLETED,
        access=Access.PUBLIC,
        crc32=crc32,
        sha256=sha256,
        listed_size_bytes=size_bytes,
        **store.facts_of(key),
    )
