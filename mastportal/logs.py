"""Owns what the log says of an address: never the secret in it, as of invitations, feeds and signed links."""

import logging
import re

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=/|$)"
# A part of an address that is long enough to be a secret; names that people give are never parts of one.
SECRET = re.compile(rf"(?<=/)(?!{UUID})[A-Za-z0-9_:.=-]{{30,}}(?=[/?\s]|$)")
KEY = re.compile(r"mpk_[A-Za-z0-9_-]+")


def without_secrets(text: str) -> str:
    """The text with `…` for what opens something."""
    return KEY.sub("mpk_…", SECRET.sub("…", text))


class WithoutSecrets(logging.Filter):
    """Lets every record of Django's through, its addresses without their secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django"):
            record.msg, record.args = without_secrets(record.getMessage()), None
        return True
