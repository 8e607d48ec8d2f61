"""A small Calibration Reference Data System: every reference file that a header may name. Knows no lists."""

import re
from datetime import UTC, datetime
from hashlib import blake2b

from .bodies import Facts, body_of
from .downloads import send
from .making import Product
from .observation import from_row
from .wire import Answer, Request, plain

_FILE = re.compile(r"/crds/unchecked_get/references/jwst/(jwst_[a-z]+_[a-z0-9-]+_\d{4}\.(?:fits|asdf|json))")
_FILE_BYTES = 40_000
_MADE = datetime(2026, 1, 15, 12, tzinfo=UTC)


def reference(request: Request) -> Answer:
    """GET and HEAD of one reference file, whole or a range; public like all of them."""
    match = _FILE.fullmatch(request.path)
    if match is None:
        return plain(404, "No such reference file.")
    facts = Facts(match[1], from_row({"obs_collection": "JWST"}), 0, _MADE, _FILE_BYTES, 1.0)
    tag = blake2b(match[1].encode(), digest_size=10).hexdigest()
    return send(Product(request.path, "", None, f'"{tag}"', _MADE, body_of(facts)), request)
