"""Owns the cURL script: bash that fetches a list of files from archive or portal. Touches no models.

The script never holds a token: it takes one from its argument, from $MAST_API_TOKEN, or asks, and only
when a file needs it (MAST protocol dossier, section 5.3).
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from basket.manifest import ManifestRow, is_web_address
from basket.phases import Access

PARTS = Path(__file__).with_name("script_parts")
END = "END_OF_MANIFEST"


@dataclass(frozen=True, slots=True)
class Download:
    """One file to fetch: its line in the manifest, its address, `md5:…` or `sha256:…` where known."""

    row: ManifestRow
    url: str
    checksum: str = ""

    @property
    def is_exclusive(self) -> bool:
        return self.row.access == Access.RESTRICTED


@dataclass(frozen=True, slots=True)
class Origin:
    """Whence files come unless `--from` says otherwise: `archive` or `portal`; and where the portal is."""

    source: str = "archive"
    portal_url: str = ""


SOURCES = ("archive", "portal")


def address_of(archive_url: str, uri: str, folder: str) -> str:
    """Where the archive gives a product; a partner's address is its own."""
    if is_web_address(uri):
        return uri
    return f"{archive_url}/api/v0.1/Download/file?bundle_name={folder}.sh&uri={quote(uri, safe=':/')}"


def _part(name: str) -> str:
    return (PARTS / f"{name}.sh").read_text()


def _here_document(html: str) -> str:
    """The manifest between quoted delimiters, of which none of its own lines can be one."""
    end = END
    while re.search(rf"^{end}$", html, flags=re.MULTILINE):
        end += "_"
    return f"cat >\"$folder/MANIFEST.HTML\" <<'{end}'\n{html.rstrip()}\n{end}\n"


def _line(download: Download) -> str:
    row = download.row
    door = "exclusive" if download.is_exclusive else "public"
    words = [
        "partner" if is_web_address(row.uri) else door,
        str(row.size) if row.size is not None else "-",
        download.checksum or "-",
        *map(shlex.quote, (row.path, row.uri, download.url)),
    ]
    return f"fetch {' '.join(words)}\n"


def bash_script(
    folder: str, html: str, downloads: Sequence[Download], archive_url: str, origin: Origin | None = None
) -> str:
    """The whole script. `html` is the MANIFEST.HTML it writes; `folder` is made of harmless letters only."""
    origin = origin or Origin()
    if not re.fullmatch(r"[A-Za-z0-9._-]+", folder):
        raise ValueError(f"“{folder}” cannot name a folder in a script")
    hosts = (archive_url, origin.portal_url or archive_url)
    protocols = "'=https'" if all(host.startswith("https://") for host in hosts) else "'=http,https'"
    needs_token = any(download.is_exclusive for download in downloads)
    settings = f"folder={folder}\nprotocols={protocols}\ntotal={len(downloads)}\n"
    settings += f"archive={shlex.quote(archive_url)}\nportal={shlex.quote(origin.portal_url)}\n"
    settings += f"source={origin.source}\n"
    return "".join(
        [
            _part("head"),
            settings,
            _part("options"),
            _part("token" if needs_token else "no_token"),
            _part("folder"),
            _here_document(html),
            _part("fetch"),
            *map(_line, downloads),
            _part("end"),
        ]
    )
