"""Bundles: the cURL script, the zip and the tar of several files. Knows nothing of questions or sockets."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from shlex import quote

from .downloads import PIECE_BYTES
from .holdings import Holdings, Product
from .identity import refusal, token_of
from .wire import Answer, Request, plain, whole

MINIMUM = "Minimum Recommended Products"


@dataclass(frozen=True)
class Member:
    """One file of a bundle; `status` is OK, NOT AUTHORIZED, MISSING or REMOTE."""

    uri: str
    path: str
    access: str
    status: str
    product: Product | None


def bundle(holdings: Holdings, request: Request, extension: str, base_url: str, now: datetime) -> Answer:
    """`uri` repeated, or `obsid` for the recommended products of an observation."""
    uris = list(dict.fromkeys(request.all("uri") + _of_observations(holdings, request)))
    if not uris:
        return plain(400, "uri is missing.")
    folder = f"MAST_{now:%Y-%m-%dT%H%M}"
    members = [_member(holdings, request, uri) for uri in uris]
    token = token_of(request)
    page = manifest(folder, members, token.owner if token else "anonymous")
    if extension == "sh":
        text = script(folder, members, page, base_url)
        return whole(text.encode(), "text/x-shellscript; charset=utf-8", headers=_attached(f"{folder}.sh"))
    write, kind = (_zip, "application/zip") if extension == "zip" else (_tar, "application/gzip")
    headers = [("Content-Type", kind), *_attached(f"{folder}.{extension}")]
    return Answer(200, headers, write(folder, members, page.encode()), None)


def _attached(name: str) -> list[tuple[str, str]]:
    return [("Content-Disposition", f'attachment; filename="{name}"')]


def _of_observations(holdings: Holdings, request: Request) -> list[str]:
    wanted = [int(text) for text in request.all("obsid") if text.isdecimal()]
    rows = [row for obsid in wanted for row in holdings.product_rows(obsid)]
    return [str(row["dataURI"]) for row in rows if row.get("productGroupDescription") == MINIMUM]


def _member(holdings: Holdings, request: Request, uri: str) -> Member:
    if uri.startswith(("http:", "https:")):
        return Member(uri, uri, "PUBLIC", "REMOTE", None)
    name = uri.rsplit("/", 1)[-1]
    mission = uri.removeprefix("mast:").split("/", 1)[0]
    path = f"{mission}/{name.rsplit('_', 1)[0]}/{name}"
    product = holdings.product(uri)
    if product is None:
        return Member(uri, path, "UNKNOWN", "MISSING", None)
    access = "EXCLUSIVE_ACCESS" if product.is_exclusive(holdings.today) else "PUBLIC"
    refused = refusal(token_of(request), product, holdings)
    return Member(uri, path, access, "NOT AUTHORIZED" if refused else "OK", product)


def manifest(folder: str, members: list[Member], who: str) -> str:
    """MANIFEST.HTML: what is in, and why something is not."""
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{escape(text)}</td>" for text in (m.uri, m.path, m.access, m.status, who))
        + "</tr>\n"
        for m in members
    )
    title = f"Manifest for File: {escape(folder)}"
    heads = "".join(f"<th>{name}</th>" for name in ("URI", "File", "Access", "Status", "Logged In User"))
    return (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>\n<h2>{title}</h2>\n"
        f"<h3>Total Files: {len(members)}</h3>\n<table border='1'>\n<tr>{heads}</tr>\n{rows}</table>\n"
        "</body></html>\n"
    )


def script(folder: str, members: list[Member], page: str, base_url: str) -> str:
    """A bash script that fetches every file with curl; the token is asked for only where a file needs one."""
    exclusive = any(m.access == "EXCLUSIVE_ACCESS" for m in members)
    lines = [_HEAD, _ASK_WHO if exclusive else "", f"FOLDER={quote(folder)}", _FOLDER]
    lines += ["cat >${DOWNLOAD_FOLDER}/MANIFEST.HTML <<'END_OF_MANIFEST'", page + "END_OF_MANIFEST", ""]
    for m in members:
        path = m.path if m.status != "REMOTE" else "REMOTE/" + m.uri.rsplit("/", 1)[-1]
        header = '-H "Authorization: token $MAST_API_TOKEN" ' if m.access == "EXCLUSIVE_ACCESS" else ""
        ours = f"{base_url}/api/v0.1/Download/file?bundle_name={folder}.sh&uri={m.uri}"
        url = m.uri if m.status == "REMOTE" else ours
        lines += [
            f"echo {quote('<<< Downloading File: ' + m.uri)}",
            f"echo '                  To: '${{DOWNLOAD_FOLDER}}{quote('/' + path)}",
            f"curl {header}--globoff --location-trusted -f --progress-bar --create-dirs $CONT "
            f"--output ./${{DOWNLOAD_FOLDER}}{quote('/' + path)} {quote(url)}",
            "",
        ]
    return "\n".join([*lines, "exit 0", ""])


_HEAD = """#!/bin/bash
# Fetches the files listed below with curl. Needs bash 4 or newer.
# Give a token as the first argument, or as MAST_API_TOKEN, where files are under exclusive access.
type curl >/dev/null 2>&1 || { echo "This script needs curl." >&2; exit 1; }
"""
_ASK_WHO = """if [ -n "$1" ]; then MAST_API_TOKEN=$1; fi
if [ -z "$MAST_API_TOKEN" ]; then
  echo -n "Please enter your token here: "
  read -r MAST_API_TOKEN
fi
"""
_FOLDER = """DOWNLOAD_FOLDER=$FOLDER
CONT=""
if [ -d "$FOLDER" ]; then
  read -r -n 1 -p "$FOLDER exists. Continue in it (C) or make a new folder (N)? " answer
  if [ "$answer" = "C" ] || [ "$answer" = "c" ]; then
    CONT="-C -"
  else
    number=1
    while [ -d "$FOLDER-$number" ]; do number=$((number + 1)); done
    DOWNLOAD_FOLDER=$FOLDER-$number
  fi
fi
mkdir -p "$DOWNLOAD_FOLDER"
"""


class _Pipe(io.RawIOBase):
    """What an archive writer has written and nobody has sent yet."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._waiting += view
        return view.nbytes

    def drain(self) -> bytes:
        out = bytes(self._waiting)
        self._waiting.clear()
        return out


def _readable(members: list[Member]) -> list[tuple[str, Product]]:
    return [(m.path, m.product) for m in members if m.status == "OK" and m.product]


def _zip(folder: str, members: list[Member], page: bytes) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", allowZip64=True) as archive:
        archive.writestr(f"{folder}/MANIFEST.HTML", page)
        for path, product in _readable(members):
            with archive.open(f"{folder}/{path}", "w", force_zip64=True) as entry:
                for piece in _read(product):
                    entry.write(piece)
                    yield pipe.drain()
    yield pipe.drain()


def _tar(folder: str, members: list[Member], page: bytes) -> Iterator[bytes]:
    pipe = _Pipe()
    with tarfile.open(fileobj=pipe, mode="w|gz") as archive:
        _add(archive, f"{folder}/MANIFEST.HTML", len(page), io.BytesIO(page))
        for path, product in _readable(members):
            _add(archive, f"{folder}/{path}", product.size_bytes, io.BytesIO(b"".join(_read(product))))
            yield pipe.drain()
    yield pipe.drain()


def _add(archive: tarfile.TarFile, path: str, size: int, body: io.BytesIO) -> None:
    entry = tarfile.TarInfo(path)
    entry.size = size
    archive.addfile(entry, body)


def _read(product: Product) -> Iterator[bytes]:
    for at in range(0, product.size_bytes, PIECE_BYTES):
        yield product.read(at, min(at + PIECE_BYTES, product.size_bytes))
