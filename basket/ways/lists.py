"""Owns the lists that other tools download by: aria2's input, and plain addresses. Asks the archive nothing.

No token and no API key is ever in one. Files kept by other sites are left out, those of allowed ones, too: a
header that a tool is told to send would go there. From the portal these come through the portal.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from basket.bundles import NOTHING, folder_now
from basket.freezing import files_of, is_remote
from basket.harvest import products_of
from basket.lines import contents_of
from basket.manifest import is_web_address
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Access
from basket.script import address_of
from basket.sums import wanted_of
from mastportal.files import fetching
from mastportal.tables.columns import BadQuery

ARIA2, URLS = "aria2", "urls"
EXTENSIONS = {ARIA2: "aria2.txt", URLS: "urls.txt"}
# What may stand in an address as it is; all else, blanks and line ends above all, is written in hexadecimal.
HARMLESS = "%/:=&?~+!$,;@()*[]"
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One file: where it lies, where it is to be put, its SHA-256 where the portal knows it."""

    url: str
    path: str
    sha256: str
    needs_token: bool


def list_of(basket: Basket, form: str, portal_address: Address | None = None) -> tuple[str, str]:
    """File name and text of the list of what the basket's selection wants now.

    `portal_address` gives a product's address here; without it they are the archive's. Raises BadQuery.
    """
    contents = contents_of(basket)
    wanted = wanted_of(products_of(contents), basket.selection)
    if not wanted.files:
        raise BadQuery(NOTHING, "selection")
    folder = folder_now()
    return _list(folder, files_of(Bundle(folder=folder), wanted, contents), form, portal_address)


def list_of_bundle(bundle: Bundle, form: str, portal_address: Address | None = None) -> tuple[str, str]:
    """The same of a bundle's files, in it or not. Raises BadQuery before there are any."""
    files = list(bundle.files.order_by("n"))
    if not files:
        raise BadQuery("This bundle has no list of files yet.", "bundle")
    return _list(bundle.folder, files, form, portal_address)


def _list(folder: str, every: list[BundleFile], form: str, portal_address: Address | None) -> tuple[str, str]:
    is_elsewhere = is_remote if portal_address else is_web_address
    files = [file for file in every if not is_elsewhere(file.data_uri)]
    address = portal_address or (lambda uri: address_of(settings.ARCHIVE_URL, uri, folder))
    listed = _listed(files, address)
    left_out = len(every) - len(files)
    text = "".join(_aria2(folder, listed, bool(portal_address), left_out) if form == ARIA2 else _urls(listed))
    return f"{folder}.{EXTENSIONS[form]}", text


def _listed(files: list[BundleFile], address: Address) -> list[Listed]:
    sums = _sums(files)
    return [
        Listed(
            quote(address(file.data_uri), safe=HARMLESS),
            file.path,
            sums.get(file.data_uri, ""),
            file.access == Access.RESTRICTED,
        )
        for file in files
    ]


def _sums(files: list[BundleFile]) -> dict[str, str]:
    """SHA-256 of the public files that are in the store as the archive lists them now."""
    expected = {file.data_uri: file.expected_bytes for file in files}
    held = fetching.held(expected)
    return {
        uri: stored.sha256
        for uri, stored in held.items()
        if stored.access == Access.PUBLIC and expected[uri] in (None, stored.size_bytes)
    }


def _aria2(folder: str, files: Iterable[Listed], from_portal: bool, left_out: int = 0) -> Iterator[str]:
    """aria2's input file (its manual, "Input File"): an address a line, the options indented below it."""
    file_name = f"{folder}.{EXTENSIONS[ARIA2]}"
    word = "Token YOUR_API_KEY" if from_portal else "token YOUR_MAST_TOKEN"
    # Only with a pause it tries again after 503, which the portal answers while it gets a file.
    patience = "--retry-wait=10 --max-tries=200" if from_portal else "--retry-wait=10"
    yield f"# aria2c --input-file={file_name} --continue=true --max-concurrent-downloads=4 --split=1 "
    yield f"{patience}\n"
    yield f"# A key or token is not in this list: write header=Authorization: {word}\n"
    yield f"# into a file that only you can read and add --conf-path=THAT_FILE. Files go into {folder}/.\n"
    if left_out:
        yield f"# Not in this list, since other sites keep them: {left_out} of the files.\n"
    for file in files:
        inner, _, name = file.path.rpartition("/")
        if file.needs_token and not from_portal:
            yield "# under exclusive access: needs a MAST token\n"
        yield f"{file.url}\n  dir={folder}{'/' if inner else ''}{inner}\n  out={name}\n"
        if file.sha256:
            yield f"  checksum=sha-256={file.sha256}\n"


def _urls(files: Iterable[Listed]) -> Iterator[str]:
    return (f"{file.url}\n" for file in files)


def portal_addresses(request: HttpRequest) -> Address:
    """Where the portal that was asked gives a product."""
    door = request.build_absolute_uri(reverse("product-download"))
    return lambda uri: f"{door}?uri={quote(uri, safe=':/')}"


def as_answer(name: str, text: str) -> HttpResponse:
    """A list as a file to be saved."""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
