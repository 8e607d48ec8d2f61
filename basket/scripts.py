"""Owns which files go into a basket's cURL script and what its manifest says. Writes no bash itself."""

from django.conf import settings
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
from basket.script import Download, address_of, bash_script
from basket.selection import Selection
from basket.sums import wanted_of
from mastportal.tables.columns import BadQuery

TOKEN_NEEDED = "Comes only with a MAST token that is authorised for programme {programme}."  # noqa: S105


def script_of(basket: Basket) -> tuple[str, str]:
    """File name and text of the script for what the basket's selection wants now; BadQuery when nothing."""
    contents = contents_of(basket)
    wanted = wanted_of(products_of(contents), basket.selection)
    if not wanted.files:
        raise BadQuery(NOTHING, "selection")
    folder = f"MAST_{archive.now():%Y-%m-%dT%H%M}"
    files = files_of(Bundle(folder=folder), wanted, contents)
    rows = [_row(file) for file in files]
    downloads = [Download(row, address_of(settings.ARCHIVE_URL, row.uri, folder)) for row in rows]
    words = basket_in_words(basket, contents, Selection.parse(basket.selection), wanted.products)
    now = timezone.now()
    html = as_html(folder, rows, now, harvest_of(contents).notes(), Asked(at=now, words=words))
    return f"{folder}.sh", bash_script(folder, html, downloads, settings.ARCHIVE_URL)


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
