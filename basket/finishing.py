"""Owns the end of a bundle: once every file is here or given up, manifest and layout are stored together.

What is stored never changes again; other rights or another try make another bundle.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from basket.archive import Entry, Layout, plan_tar, plan_zip
from basket.bundles import keep_until
from basket.manifest import (
    CHECKSUMS,
    CSV,
    HTML,
    JSON,
    Asked,
    ManifestRow,
    as_checksums,
    as_csv,
    as_html,
    as_json,
    json_text,
    name_it_had,
)
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from basket.pipeline.freezing import literals
from basket.progress import progress_of
from mastportal.files.models import StoredFile

STOPPED = "The bundle was stopped before this file had come."
ROW_COLUMNS = (
    "data_uri",
    "product_name",
    "path",
    "description",
    "size_bytes",
    "expected_bytes",
    "sha256",
    "access",
    "status",
    "error",
    "facts",
)


def manifest_rows(bundle: Bundle) -> list[ManifestRow]:
    """What the manifest says of each file of the bundle, in its order.

    One still waiting has no status; where the bundle was stopped meanwhile it failed by that.
    """
    rows = BundleFile.objects.filter(bundle_id=bundle.pk).order_by("n").values(*ROW_COLUMNS)
    never = {} if bundle.is_under_way else {"status": Status.FAILED.value, "error": STOPPED}
    return [manifest_row(row | never if row["status"] == Status.WAITING else row) for row in rows]


def manifest_row(row: Mapping[str, Any]) -> ManifestRow:
    """One row of a manifest from the ROW_COLUMNS of a bundle's file."""
    return ManifestRow(
        uri=row["data_uri"],
        path=row["path"],
        description=row["description"],
        size=row["size_bytes"] if row["size_bytes"] is not None else row["expected_bytes"],
        sha256=row["sha256"],
        access=row["access"],
        status=row["status"],
        reason=row["error"],
        product=name_it_had(row["product_name"], row["path"]),
        **{name: str(row["facts"].get(name) or "") for name in ("date", "cal_ver", "crds_ctx")},
    )


def asked_of(bundle: Bundle) -> Asked:
    """Who asked for a bundle, when, and for what."""
    return Asked(bundle.owner.get_username(), bundle.created_at, bundle.asked)


def manifest_json(bundle: Bundle) -> dict[str, Any]:
    """MANIFEST.JSON's content: as it lies in a complete bundle's archive, of any other as things stand."""
    return _json(bundle, manifest_rows(bundle), _made_at(bundle))


def _made_at(bundle: Bundle) -> datetime:
    complete = bundle.phase == Phase.COMPLETED and bundle.ended_at is not None
    return bundle.ended_at if complete and bundle.ended_at else timezone.now()


def _json(bundle: Bundle, rows: list[ManifestRow], made_at: datetime) -> dict[str, Any]:
    return as_json(bundle.folder, rows, made_at, bundle.notes, asked_of(bundle))


def _html(bundle: Bundle, rows: list[ManifestRow], made_at: datetime) -> str:
    return as_html(bundle.folder, rows, made_at, bundle.notes, asked_of(bundle))


def manifest_html(bundle: Bundle) -> str:
    """MANIFEST.HTML of a complete bundle as it lies in the archive; of any other, as things stand now."""
    if bundle.phase == Phase.COMPLETED:
        return bundle.manifest
    return _html(bundle, manifest_rows(bundle), timezone.now())


def finish(bundle_id: UUID) -> bool:
    """Lay the archive out, if all its files are settled. Whether this call completed it."""
    waiting = BundleFile.objects.filter(bundle_id=bundle_id, status=Status.WAITING)
    return False if waiting.exists() else _finish(bundle_id)


@transaction.atomic
def _finish(bundle_id: UUID) -> bool:
    under_way = Bundle.objects.filter(pk=bundle_id, phase=Phase.EXECUTING, lease_token=None)
    bundle = under_way.select_for_update().first()
    if bundle is None or bundle.files.filter(status=Status.WAITING).exists():
        return False
    made_at, rows = timezone.now(), manifest_rows(bundle)
    bundle.manifest = _html(bundle, rows, made_at)
    layout = _plan(bundle, rows, made_at)
    bundle.size_bytes, bundle.etag, bundle.plan = layout.size, layout.etag, layout.to_bytes()
    bundle.phase, bundle.ended_at, bundle.expires_at = Phase.COMPLETED, made_at, keep_until()
    bundle.summary = progress_of(bundle).as_json()
    bundle.save()
    return True


def _plan(bundle: Bundle, rows: list[ManifestRow], made_at: datetime) -> Layout:
    """The archive: the manifest and its twins first, then the files."""
    entries = [*_manifests(bundle, rows, made_at), *_entries(bundle, made_at.timestamp())]
    return plan_tar(entries) if bundle.format == Bundle.Format.TAR else plan_zip(entries)


def manifests_of(bundle: Bundle) -> Iterator[Entry]:
    """The manifest and its twins: as they lie in a complete bundle's archive, else as things stand now."""
    made_at, rows = _made_at(bundle), manifest_rows(bundle)
    if bundle.phase != Phase.COMPLETED:
        bundle.manifest = _html(bundle, rows, made_at)
    return _manifests(bundle, rows, made_at)


def _manifests(bundle: Bundle, rows: list[ManifestRow], made_at: datetime) -> Iterator[Entry]:
    twins = {
        HTML: bundle.manifest,
        JSON: json_text(_json(bundle, rows, made_at)),
        CSV: as_csv(rows),
        CHECKSUMS: as_checksums(rows),
    } | literals(bundle)
    for name, text in twins.items():
        yield Entry.literal(f"{bundle.folder}/{name}", text.encode(), made_at.timestamp())


def _entries(bundle: Bundle, made_at_s: float) -> Iterator[Entry]:
    files = bundle.files.filter(status=Status.OK).select_related("stored_file").order_by("n")
    for file in files.iterator(2000):
        assert file.stored_file is not None
        yield entry_of(file, file.stored_file, bundle.folder, made_at_s)


def entry_of(file: BundleFile, stored: StoredFile, folder: str, made_at_s: float) -> Entry:
    """A file that is here as a member of the archive; where its time is not known, the archive's counts."""
    assert stored.size_bytes is not None
    assert stored.crc32 is not None
    changed = stored.last_modified.timestamp() if stored.last_modified else made_at_s
    path = f"{folder}/{file.path}"
    return Entry(path, stored.size_bytes, stored.crc32, stored.sha256, changed, stored.key)
