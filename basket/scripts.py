"""Owns which files go into a basket's cURL script and what its manifest says. Writes no bash itself."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from accounts import archive
from basket.asked import basket_in_words
from basket.bundles import NOTHING
from basket.freezing import files_of
from basket.harvest import harvest_of, products_of
from basket.lines import contents_of
from basket.manifest import Asked, ManifestRow, as_html, name_it_had
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Access, Status
from basket.script import SOURCES, Download, Origin, address_of, bash_script
from basket.selection import Selection
from basket.sums import wanted_of
from mastportal.files import fetching
from mastportal.search.keyword_facts import facts_of
from mastportal.tables.columns import BadQuery

TOKEN_NEEDED = "Comes only with a MAST token that is authorised for programme {programme}."  # noqa: S105


def script_of(basket: Basket, source: str = "archive", by: str = "") -> tuple[str, str]:
    """File name and text of the script for what the basket's selection wants now, asked for `by` whom.

    `source` is whence files come unless the script is told otherwise: archive or portal. Raises BadQuery for
    any other, and when nothing is selected.
    """
    contents = contents_of(basket)
    wanted = wanted_of(products_of(contents), basket.selection)
    if not wanted.files:
        raise BadQuery(NOTHING, "selection")
    folder = f"MAST_{archive.now():%Y-%m-%dT%H%M}"
    files = files_of(Bundle(folder=folder), wanted, contents)
    words = basket_in_words(basket, contents, Selection.parse(basket.selection), wanted.products)
    return _script(folder, files, harvest_of(contents).notes(), source, Asked(by, timezone.now(), words))


def script_of_bundle(bundle: Bundle, source: str = "archive", by: str = "") -> tuple[str, str]:
    """The same for a bundle's files, also those that are not in it. Raises BadQuery where it has none yet."""
    files = list(bundle.files.order_by("n"))
    if not files:
        raise BadQuery("This bundle has no list of files yet.", "bundle")
    for file in files:
        if file.status != Status.REMOTE:  # what became of it here says nothing of what the script will get
            file.status, file.error = Status.WAITING, ""
    return _script(bundle.folder, files, bundle.notes, source, Asked(by, timezone.now(), bundle.asked))


def script_answer(name: str, text: str) -> HttpResponse:
    """A script as a file to be saved."""
    response = HttpResponse(text, content_type="text/x-shellscript; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _script(
    folder: str, files: list[BundleFile], notes: list[str], source: str, asked: Asked
) -> tuple[str, str]:
    if source not in SOURCES:
        raise BadQuery("A script fetches from the archive or from the portal.", "from")
    rows = [_row(file) for file in files]
    sums = _checksums(rows)
    downloads = [
        Download(row, address_of(settings.ARCHIVE_URL, row.uri, folder), sums.get(row.uri, ""))
        for row in rows
    ]
    html = as_html(folder, rows, timezone.now(), notes, asked)
    origin = Origin(source, settings.SITE_URL.rstrip("/"))
    return f"{folder}.sh", bash_script(folder, html, downloads, settings.ARCHIVE_URL, origin)


def _checksums(rows: list[ManifestRow]) -> dict[str, str]:
    """By URI: the SHA-256 of the public copy in the store, else the MD5 that a keyword row tells.

    Only of copies as long as the product list says: an older version's would condemn the newer one.
    """
    sizes = {row.uri: row.size for row in rows if row.access == Access.PUBLIC and row.size is not None}
    told = {
        uri: f"md5:{facts['md5']}"
        for uri, facts in facts_of(sizes).items()
        if facts["md5"] and facts["size_bytes"] == sizes[uri]
    }
    here = {
        uri: f"sha256:{stored.sha256}"
        for uri, stored in fetching.held(sizes).items()
        if stored.access == Access.PUBLIC and stored.sha256 and stored.size_bytes == sizes[uri]
    }
    return told | here


def _row(file: BundleFile) -> ManifestRow:
    status, reason = file.status or Status.OK, file.error
    if file.access == Access.RESTRICTED:
        reason = TOKEN_NEEDED.format(programme=file.programme or "it belongs to")
    return ManifestRow(
        file.data_uri,
        file.path,
        file.description,
        file.expected_bytes,
        "",
        file.access,
        status,
        reason,
        product=name_it_had(file.product_name, file.path),
    )
