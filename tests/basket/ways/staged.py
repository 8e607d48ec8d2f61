"""Bundles laid out in the lab's folder by this process, and what lies there then."""

from collections.abc import Iterator
from pathlib import Path

from django.contrib.auth.models import User

from basket.models import Bundle, Staging
from basket.ways import staging


def laid_out(bundle: Bundle, user: User) -> Staging:
    known = staging.request(bundle, user)
    staging.lay_out(known.pk)
    known.refresh_from_db()
    return known


def inside(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.rglob("*")} | {folder.stat().st_mode & 0o777}
