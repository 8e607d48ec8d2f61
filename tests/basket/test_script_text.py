"""The script's text as bash itself reads it: every name stays one word, in order, and no token is in it."""

import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.script import Download, address_of, bash_script
from tests.basket.test_manifest import row
from tests.basket.test_script import FOLDER, MAST, exclusive, script

HOSTILE = [
    "a b",
    "it's",
    '"quoted"',
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| tee pwned",
    "> pwned",
    "$HOME",
    "\\",
    "\\n",
    "a\nb",
    "-rf",
    "--output=x",
    "*",
    "{a,b}",
    "[a-c]",
    "#",
    "!!",
    "~",
    "été 星 💫",
    "%0a%00",
    "&x=y",
    "?x=y",
]
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=25)


def fetches(text: str, folder: Path) -> list[list[str]]:
    """What bash hands to `fetch`, line by line of the script, when only those lines are run."""
    start = re.search(r"^fetch (public|exclusive|partner) ", text, re.MULTILINE)
    assert start
    lines = text[start.start() :]
    told = 'fetch() { printf "%s\\0" "$#" "$@"; }\nfailed=()\n'
    # The script's end reports and exits; what it says comes after a mark.
    done = subprocess.run(
        ["bash", "-c", told + lines.split("\n\n")[0]], cwd=folder, capture_output=True, check=False
    )
    words = done.stdout.decode().split("\0")
    return [words[at + 1 : at + 7] for at in range(0, len(words) - 1, 7) if words[at] == "6"]


@pytest.mark.parametrize("name", HOSTILE)
def test_bash_reads_back_what_was_written(name: str, tmp_path: Path) -> None:
    uri = f"mast:JWST/product/{name}"
    ((door, size, checksum, path, told, url),) = fetches(
        script(row(uri=uri, path=f"J/{name}", size=7)), tmp_path
    )
    assert (door, size, checksum, path, told) == ("public", "7", "-", f"J/{name}", uri)
    assert parse_qs(urlsplit(url).query)["uri"] == [uri]
    assert not list(tmp_path.iterdir()), "nothing was run"


@settings(max_examples=25, deadline=None)
@given(NAMES)
def test_an_address_carries_any_name_whole(name: str) -> None:
    uri = f"mast:JWST/product/{name}"
    parts = urlsplit(address_of(MAST, uri, FOLDER))
    assert parts.netloc == "mast.stsci.edu"
    assert parse_qs(parts.query, keep_blank_values=True) == {"bundle_name": [f"{FOLDER}.sh"], "uri": [uri]}
    assert re.fullmatch(r"[!-~]+", address_of(MAST, uri, FOLDER)), "no spaces, no other letters"


def test_files_come_in_the_manifests_order(tmp_path: Path) -> None:
    rows = [row(path=f"J/{n}.fits", uri=f"mast:x/{n}.fits") for n in (3, 1, 2)]
    assert [words[3] for words in fetches(script(*rows), tmp_path)] == ["J/3.fits", "J/1.fits", "J/2.fits"]


def test_an_unknown_size_is_a_dash(tmp_path: Path) -> None:
    assert fetches(script(row(size=None)), tmp_path)[0][1] == "-"
    assert fetches(script(row(size=0)), tmp_path)[0][1] == "0", "an empty file has a size"


def test_the_total_is_told_before_the_first_file() -> None:
    text = script(row(), exclusive(), row(path="c"))
    assert "\ntotal=3\n" in text
    assert text.index("\ntotal=3\n") < text.index("\nfetch public ")


def test_the_parts_come_in_the_order_they_need_each_other() -> None:
    text = script(row(), exclusive())
    marks = ["#!/usr/bin/env bash", f"folder={FOLDER}", "read -r -s", "END_OF_MANIFEST", "fetch()"]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert text.startswith(marks[0])


def test_a_partner_gets_no_token(tmp_path: Path) -> None:
    partner = row(uri="https://partner.example/a.fits", access="RESTRICTED", status="REMOTE")
    assert fetches(script(partner, exclusive()), tmp_path)[0][0] == "partner"
    assert fetches(script(exclusive()), tmp_path)[0][0] == "exclusive"


@pytest.mark.parametrize("uri", ["https://partner.example/a.fits", "HTTPS://partner.example/a.fits"])
def test_a_partners_address_is_its_own(uri: str) -> None:
    assert address_of(MAST, uri, FOLDER) == uri


@pytest.mark.parametrize("delimiters", [1, 2, 3])
def test_a_manifest_cannot_end_its_own_quotation(delimiters: int, tmp_path: Path) -> None:
    lines = ["END_OF_MANIFEST" + "_" * n for n in range(delimiters)]
    html = "\n".join(["<p>", *lines, "touch pwned", "$(touch pwned)", "`touch pwned`"])
    text = bash_script(FOLDER, html, [], MAST)
    heredoc = text[text.index("cat >") :].split("\n\n")[0]
    (tmp_path / FOLDER).mkdir()
    subprocess.run(["bash", "-c", f"folder={FOLDER}\n{heredoc}"], cwd=tmp_path, check=True)
    assert (tmp_path / FOLDER / "MANIFEST.HTML").read_text().startswith(html)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("folder", ["", "..;x", "a/b", "a\nb", "$x", "é", "MAST_x\n"])
def test_a_folder_is_made_of_harmless_letters(folder: str) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        bash_script(folder, "", [], MAST)


def test_plain_http_only_where_the_archive_itself_has_it() -> None:
    assert "protocols='=http,https'" in script(row(), archive_url="http://127.0.0.1:8600")
    assert "http,https" not in script(row())


def test_a_script_of_nothing_is_still_good_bash(tmp_path: Path) -> None:
    path = tmp_path / "script.sh"
    path.write_text(bash_script(FOLDER, "<p>nothing", [], MAST))
    subprocess.run(["bash", "-n", path], check=True)


def test_a_download_knows_whether_it_needs_a_token() -> None:
    assert Download(exclusive(), "u").is_exclusive
    assert not Download(row(), "u").is_exclusive
