"""Owns the cURL script: bash text that fetches a list of files straight from the archive. Touches no models.

The script never holds a token: it takes one from its first argument, from $MAST_API_TOKEN, or asks, and only
when a file needs it (MAST protocol dossier, section 5.3).
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from basket.manifest import ManifestRow, is_web_address
from basket.phases import Access, Status

PARTS = Path(__file__).with_name("script_parts")
END = "END_OF_MANIFEST"


@dataclass(frozen=True, slots=True)
class Download:
    """One file to fetch: its line in the manifest and its address."""

    row: ManifestRow
    url: str

    @property
    def is_exclusive(self) -> bool:
        return self.row.access == Access.RESTRICTED


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
    door = "exclusive" if download.is_exclusive and row.status != Status.REMOTE else "public"
    size = row.size if row.size is not None else "-"
    return f"fetch {door} {size} {shlex.quote(row.path)} {shlex.quote(row.uri)} {shlex.quote(download.url)}\n"


def bash_script(folder: str, html: str, downloads: Sequence[Download], archive_url: str) -> str:
    """The whole script. `html` is the MANIFEST.HTML it writes; `folder` is made of harmless letters only."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", folder):
        raise ValueError(f"“{folder}” cannot name a folder in a script")
    protocols = "'=https'" if archive_url.startswith("https://") else "'=http,https'"
    needs_token = any(download.is_exclusive for download in downloads)
    settings = f"folder={folder}\nprotocols={protocols}\ntotal={len(downloads)}\n"
    return "".join(
        [
            _part("head"),
            settings,
            _part("token") if needs_token else "token=''\n",
            _part("folder"),
            _here_document(html),
            _part("fetch"),
            *map(_line, downloads),
            _part("end"),
        ]
    )
