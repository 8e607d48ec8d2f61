"""Finds programs inside installed wheels, without importing the Python packages around them."""

from importlib.util import find_spec
from pathlib import Path


def folder_of(package: str) -> Path | None:
    """Where an installed package lies, or None. Its own code (caches, user folders) does not run."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
