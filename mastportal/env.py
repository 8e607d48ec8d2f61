"""Reads settings from the environment, and fails loudly at start. Imports nothing of ours."""

import json
import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# NAME may be given as NAME_FILE, the path of a file that holds the value (container secrets).
_env = environ.FileAwareEnv()


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; without a default it must be set. Raises ImproperlyConfigured."""
    try:
        return str(_env.str(name) if default is None else _env.str(name, default=default))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        named = os.environ.get(f"{name}_FILE", "")
        raise ImproperlyConfigured(f"{name}_FILE names {named}, which cannot be read: {why}.") from error


def integer(name: str, default: int) -> int:
    """A whole number, underscores allowed (`500_000`). Raises ImproperlyConfigured."""
    return int(_env.int(name, default=default))


def number(name: str, default: float) -> float:
    """A decimal number. Raises ImproperlyConfigured."""
    return float(_env.float(name, default=default))


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: true/false, yes/no, on/off, 1/0."""
    return bool(_env.bool(name, default=default))


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list; blanks around its parts are dropped."""
    return [part.strip() for part in text(name, ",".join(default)).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """The absolute path of a folder; it need not exist yet."""
    return Path(text(name, str(default))).expanduser().resolve()


def database(name: str) -> dict[str, object]:
    """A Django database entry from an address such as `postgresql://user:secret@host:port/name`."""
    return dict(_env.db(name))


def table(name: str) -> dict[str, Any]:
    """A JSON object; empty when not set. Raises ImproperlyConfigured or ValueError."""
    found = json.loads(text(name, "").strip() or "{}")
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f"{name} is not a JSON object.")
    return found


def mail(name: str) -> dict[str, object]:
    """Django's `EMAIL_` settings from an address such as `smtp+tls://user:secret@host:587`; none when empty.

    `smtp` is plain, `smtp+tls` begins plain (STARTTLS), `smtp+ssl` does not; `filemail:////folder` writes
    files. Raises ImproperlyConfigured.
    """
    address = text(name, "").strip()
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    found = _env.email_url_config(address)
    if found["EMAIL_PORT"] is None:
        found["EMAIL_PORT"] = 587 if found.get("EMAIL_USE_TLS") else 465 if found.get("EMAIL_USE_SSL") else 25
    return {key: value for key, value in found.items() if value is not None and key != "OPTIONS"}
