"""Owns what headers say of calibration: the CRDS context, the reference files, where these are had from."""

import re
from collections.abc import Iterable, Mapping

from django.conf import settings

_FILE = re.compile(r"crds://(jwst_([a-z]+)_[a-z0-9-]+_\d{4}\.(?:fits|asdf|json))", re.IGNORECASE)
_CONTEXT = re.compile(r"jwst_\d{4}\.pmap")
# How the server of the Calibration Reference Data System names them, and how its client's folder does.
_ADDRESS = "/unchecked_get/references/jwst/"
_FOLDER = "crds_cache/references/jwst"


def named_in(headers: Iterable[Mapping[str, str]]) -> list[str]:
    """The reference files that headers name (`R_DARK = 'crds://jwst_nircam_dark_0338.fits'`), each once."""
    values = {value for header in headers for word, value in header.items() if word.startswith("R_")}
    return sorted(found[1].lower() for value in values if (found := _FILE.fullmatch(value)))


def contexts_in(headers: Iterable[Mapping[str, str]]) -> list[str]:
    """The CRDS contexts that headers were made with, each once."""
    values = {header.get("CRDS_CTX", "") for header in headers}
    return sorted(value for value in values if _CONTEXT.fullmatch(value))


def are_to_be_had() -> bool:
    return bool(settings.CRDS_URL)


def address_of(name: str) -> str:
    """Where a reference file is fetched from."""
    return f"{settings.CRDS_URL}{_ADDRESS}{name}"


def path_of(name: str) -> str:
    """Where it lies in a bundle: as CRDS_PATH, set to the folder crds_cache, lets the pipeline find it."""
    return f"{_FOLDER}/{name.split('_')[1]}/{name}"
