"""Owns the end of a bundle: once every file is here or given up, manifest and layout are stored together.

What is stored never changes again; other rights or another try make another bundle.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from basket.archive import Entry, Layout, plan_tar, plan_zip
from basket.bundles import keep_until
from basket.manifest import NAME, ManifestRow, as_html
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from basket.progress import progress_of


def manifest_rows(bundle: Bundle) -> list[ManifestRow]:
    """What the manifest says of each file of the bundle, in its order; one still waiting has no status."""
    columns = (
        "data_uri",
        "path",
        "description",
        "size_bytes",
        "expected_bytes",
        "sha256",
        "access",
        "status",
        "error",
    )
    rows = BundleFile.objects.filter(bundle_id=bundle.pk).order_by("n").values_list(*columns)
    return [
        ManifestRow(uri, path, told, size if size is not None else expected, sha256, access, status, reason)
        for uri, path, told, size, expected, sha256, access, status, reason in rows
    ]


def manifest_html(bundle: Bundle) -> str:
    """MANIFEST.HTML of a complete bundle as it lies in the archive; of any other, as things stand now."""
    if bundle.phase == Phase.COMPLETED:
        return bundle.manifest
    return as_html(bundle.folder, manifest_rows(bundle), timezone.now(), bundle.notes)


def finish(bundle_id: UUID) -> bool:
    """Lay the archive out, if all its files are settled. Whether this call completed it."""
    waiting = BundleFile.objects.filter(bundle_id=bundle_id, status=Status.WAITING)
    return False if waiting.exists() else _finish(bundle_id)


@transaction.atomic
def _finish(bundle_id: UUID) -> bool:
    bundle = Bundle.objects.select_for_update().filter(pk=bundle_id, phase=Phase.EXECUTING).first()
    if bundle is None or bundle.files.filter(status=Status.WAITING).exists():
        return False
    made_at = timezone.now()
    bundle.manifest = as_html(bundle.folder, manifest_rows(bundle), made_at, bundle.notes)
    layout = _plan(bundle, made_at.timestamp())
    bundle.size_bytes, bundle.etag, bundle.plan = layout.size, layout.etag, layout.to_bytes()
    bundle.phase, bundle.ended_at, bundle.expires_at = Phase.COMPLETED, made_at, keep_until()
    bundle.summary = progress_of(bundle).as_json()
    bundle.save()
    return True


def _plan(bundle: Bundle, made_at_s: float) -> Layout:
    manifest = Entry.literal(f"{bundle.folder}/{NAME}", bundle.manifest.encode(), made_at_s)
    entries = [manifest, *_entries(bundle, made_at_s)]
    return plan_tar(entries) if bundle.format == Bundle.Format.TAR else plan_zip(entries)


def _entries(bundle: Bundle, made_at_s: float) -> Iterator[Entry]:
    files = bundle.files.filter(status=Status.OK).select_related("stored_file").order_by("n")
    for file in files.iterator(2000):
        stored = file.stored_file
        assert stored is not None
        assert stored.size_bytes is not None
        assert stored.crc32 is not None
        changed = stored.last_modified.timestamp() if stored.last_modified else made_at_s
        path = f"{bundle.folder}/{file.path}"
        yield Entry(path, stored.size_bytes, stored.crc32, stored.sha256, changed, stored.key)
