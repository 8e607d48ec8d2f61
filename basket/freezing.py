"""Owns how wanted products become the numbered files of a bundle: their paths, and which are only links.

Knows Arrow and the models; asks the archive nothing.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from basket.archive import safe_path, safe_paths
from basket.contents import Contents
from basket.manifest import NAMES, PIPELINE, description_of, is_web_address
from basket.models import Bundle, BundleFile
from basket.phases import Access, Phase, Status
from basket.selection import Wanted
from mastportal.search.listed import key_of
from mastportal.search.models import ListedUri

TAKEN = (*NAMES, PIPELINE)
COLUMNS = [
    "dataURI",
    "productFilename",
    "obs_collection",
    "obs_id",
    "description",
    "proposal_id",
    "pi",
    "release_mjd",
    "size",
    "needs_token",
]
# As many characters as a file's row has room for: some missions join the ids of several programmes.
PROGRAMME_CHARS, INVESTIGATOR_CHARS = 64, 200
COPIED = (
    "n",
    "data_uri",
    "product_name",
    "path",
    "description",
    "programme",
    "principal_investigator",
    "release_mjd",
    "expected_bytes",
    "access",
)


def files_of(bundle: Bundle, wanted: Wanted, contents: Contents) -> list[BundleFile]:
    """One BundleFile per wanted product, numbered by path, none of them saved yet."""
    rows = wanted.table.select(COLUMNS).to_pylist()
    rows.sort(
        key=lambda row: (row["obs_collection"] or "", row["obs_id"] or "", row["productFilename"] or "")
    )
    # The manifest and its twins come first: their names are taken.
    paths = safe_paths([*TAKEN, *(path_of(row, bundle.layout) for row in rows)])[len(TAKEN) :]
    programmes = {str(line.get("proposal_id") or "") for line in contents.lines} - {""}
    only = programmes.pop() if len(programmes) == 1 else ""
    return [_file(bundle, n, row, path, only) for n, (row, path) in enumerate(zip(rows, paths, strict=True))]


def path_of(row: dict[str, Any], layout: str) -> str:
    """`JWST/jw…_nrca1/jw…_nrca1_cal.fits` as MAST lays out its bundles, or the file name alone when flat."""
    filename = product_name(row)
    if layout == Bundle.Layout.FLAT:
        return _one_name(filename)
    return "/".join(_one_name(part or "unnamed") for part in (row["obs_collection"], row["obs_id"], filename))


def product_name(row: dict[str, Any]) -> str:
    """What the archive calls a product."""
    return str(row["productFilename"] or row["dataURI"].rsplit("/", 1)[-1])


def _one_name(part: str) -> str:
    return safe_path(part.replace("/", "_").replace("\\", "_"))


def is_remote(uri: str) -> bool:
    """A partner site's file, which the portal only links to unless its host is allowed."""
    return is_web_address(uri) and host_of(uri) not in settings.ALLOWED_DATA_HOSTS


def host_of(uri: str) -> str | None:
    """The site that an address names; None where it names none."""
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


def _file(bundle: Bundle, n: int, row: dict[str, Any], path: str, programme: str) -> BundleFile:
    file = BundleFile(
        bundle=bundle,
        n=n,
        data_uri=row["dataURI"],
        product_name=product_name(row),
        path=path,
        description=description_of(row["description"], row["productFilename"] or ""),
        programme=str(row["proposal_id"] or programme)[:PROGRAMME_CHARS],
        principal_investigator=(row["pi"] or "")[:INVESTIGATOR_CHARS],
        release_mjd=row["release_mjd"],
        expected_bytes=row["size"],
        access=Access.RESTRICTED if row["needs_token"] else Access.PUBLIC,
        phase=Phase.PENDING,
    )
    if is_remote(file.data_uri):
        file.phase, file.status = Phase.COMPLETED, Status.REMOTE
        site = host_of(file.data_uri) or "another site"
        file.error = f"Kept by {site}, not by the archive; fetch it from there."
    return file


def same_files(bundle: Bundle, old: QuerySet[BundleFile]) -> list[BundleFile]:
    """The files `old` once more, with the sizes the archive lists now, by which changed ones are known."""
    rows = list(old.order_by("n").values(*COPIED, "status", "error"))
    keys = [key_of(row["data_uri"]) for row in rows]
    listed = dict(ListedUri.objects.filter(key__in=keys).values_list("uri", "size_bytes"))
    return [_again(bundle, row, listed.get(row["data_uri"])) for row in rows]


def _again(bundle: Bundle, row: dict[str, Any], listed_bytes: int | None) -> BundleFile:
    status, reason = row.pop("status"), row.pop("error")
    if listed_bytes is not None:
        row["expected_bytes"] = listed_bytes
    file = BundleFile(bundle=bundle, phase=Phase.PENDING, **row)
    if status == Status.REMOTE and is_remote(file.data_uri):
        file.phase, file.status, file.error = Phase.COMPLETED, status, reason
    return file
