"""Owns what the environment of `./run` means and what environment our own processes get."""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote_plus

from mastportal.embedded import postgres, valkey
from mastportal.embedded.state import CHECKOUT, StartError, State

MAST = "https://mast.stsci.edu"


@dataclass(frozen=True)
class Wishes:
    """What the person who typed `./run` asked for by the environment (contract: Commands)."""

    folder: Path
    port: int
    archive: str
    sandbox_port: int
    sandbox_options: tuple[str, ...]

    @property
    def is_sandbox(self) -> bool:
        return self.archive == "sandbox"

    @property
    def archive_url(self) -> str:
        if self.is_sandbox:
            return f"http://127.0.0.1:{self.sandbox_port}"
        return MAST if self.archive == "mast" else self.archive.rstrip("/")

    @property
    def ports(self) -> dict[str, int]:
        """The ports that are not chosen free, by what the environment calls them."""
        return {"PORT": self.port} | ({"SANDBOX_PORT": self.sandbox_port} if self.is_sandbox else {})

    def as_running(self, ports: Mapping[str, int]) -> "Wishes":
        """The same beside a running portal, whose ports count whatever this process's environment says."""
        sandbox_port = ports.get("SANDBOX_PORT", self.sandbox_port)
        return replace(self, port=ports.get("PORT", self.port), sandbox_port=sandbox_port)


def _port(name: str, default: int) -> int:
    given = os.environ.get(name, str(default))
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise StartError(f"{name}={given} is not a port: give a number from 1 to 65535.")
    return int(given)


def read_wishes() -> Wishes:
    """The wishes in this process's environment. Raises StartError naming the wrong one."""
    archive = os.environ.get("ARCHIVE", "sandbox")
    if archive not in {"sandbox", "mast"} and not archive.startswith(("http://", "https://")):
        raise StartError(f"ARCHIVE={archive} is unknown: give sandbox, mast, or a base URL.")
    options = shlex.split(os.environ.get("SANDBOX_OPTIONS", ""))
    if holdings := os.environ.get("SANDBOX_HOLDINGS"):
        if not Path(holdings).is_dir():
            raise StartError(f"SANDBOX_HOLDINGS={holdings} is not a folder.")
        options += ["--holdings", str(Path(holdings).resolve())]
    return Wishes(
        folder=Path(os.environ.get("PORTAL_DATA") or CHECKOUT / ".portal").expanduser().resolve(),
        port=_port("PORT", 8000),
        archive=archive,
        sandbox_port=_port("SANDBOX_PORT", 8600),
        sandbox_options=tuple(options),
    )


def django_environment(state: State, wishes: Wishes, ports: dict[str, int]) -> dict[str, str]:
    """The environment of every Django process: the person's own, and over it what we decided."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "mastportal.settings",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": state.secrets["SECRET_KEY"],
        "TOKEN_KEYS": state.secrets["TOKEN_KEYS"],
        "TOKEN_KEYS_KEPT_IN": str(state.secrets_file),
        "DATABASE_URL": postgres.address(state, ports["postgres"]),
        "VALKEY_URL": valkey.address(state, ports["valkey"]),
        "ARCHIVE_URL": wishes.archive_url,
        "ARCHIVE_IS_SANDBOX": "1" if wishes.is_sandbox else "0",
        "STORE_DIR": str(state.folder / "store"),
        "STATIC_ROOT": str(state.folder / "static"),
        "SITE_URL": os.environ.get("SITE_URL", f"http://127.0.0.1:{wishes.port}"),
    }
    if wishes.is_sandbox:
        ours["DEMO_PASSWORDS_FILE"] = str(state.demo_file)
    if not {"MAIL_URL", "MAIL_URL_FILE"} & os.environ.keys():
        ours["MAIL_URL"] = f"filemail:///{quote_plus(str(state.mail_folder), safe='/')}"
    # A token in the operator's shell must never become everybody's.
    inherited = {key: value for key, value in os.environ.items() if key != "MAST_API_TOKEN"}
    return inherited | ours


def python(*arguments: str) -> list[str]:
    """A command line of this very interpreter."""
    return [sys.executable, *arguments]
