"""Owns what a backup holds and how a portal is made of one again: database, keys, and on wish the store."""

import os
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError
from django.db.models import Count, Sum
from django.utils import timezone

from mastportal import keyring
from mastportal.administration import database_file
from mastportal.embedded import backup_file
from mastportal.embedded.backup_file import About, NotABackup
from mastportal.files import reseating, store
from mastportal.files.models import StoredFile
from mastportal.files.reseating import Seat
from mastportal.work import Phase

COPIED_AT_ONCE = 1 << 20


class NotRestored(Exception):
    """A backup was not brought back; a plain sentence that says what to do."""


def make(path: Path, *, with_store: bool) -> About:
    """Write a backup to `path`, instead of what is there. Raises DatabaseFileError, OSError."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        dumped = Path(folder) / backup_file.DATABASE
        before = keyring.keys()
        database_file.dump(dumped)
        about = _about(with_store)
        with backup_file.written(path) as tar:
            backup_file.add_about(tar, about, _keys(before))
            tar.add(dumped, backup_file.DATABASE, recursive=False)
            for key in _store_keys() if with_store else ():
                # Cleaning may have taken it since: a restored portal fetches it again when it is wanted.
                with suppress(FileNotFoundError):
                    tar.add(store.path_of(key), f"{backup_file.STORE}{key}", recursive=False)
    return about


def archive_name() -> str:
    """Which archive this portal's data are of: `sandbox`, or its address."""
    return "sandbox" if settings.ARCHIVE_IS_SANDBOX else str(settings.ARCHIVE_URL)


def _about(with_store: bool) -> About:
    stored = StoredFile.objects.filter(phase=Phase.COMPLETED, linked=False)
    sums = stored.aggregate(files=Count("pk"), bytes=Sum("size_bytes"))
    return About(
        archive=archive_name(),
        version=settings.VERSION,
        made_at=timezone.now().isoformat(timespec="seconds"),
        with_store=with_store,
        files=sums["files"],
        bytes=sums["bytes"] or 0,
    )


def _keys(before: list[str]) -> dict[str, str]:
    """All that is sealed or signed in the database opens with these, also if they were changed meanwhile."""
    sealing = dict.fromkeys([*keyring.keys(), *before])
    return {"SECRET_KEY": settings.SECRET_KEY, "TOKEN_KEYS": ",".join(sealing)}


def _store_keys() -> Iterator[str]:
    return StoredFile.objects.filter(phase=Phase.COMPLETED).values_list("key", flat=True).iterator(1000)


def restore(path: Path, *, replace: bool) -> tuple[About, Counter[Seat]]:
    """Make this portal the one that the backup is of, and say what of its store is here.

    Nothing else may use the database meanwhile. Raises NotRestored, NotABackup, DatabaseFileError.
    """
    if not replace and _has_people():
        raise NotRestored("This portal has people already: with --replace all there is of it is given up.")
    backup_file.check_whole(path)
    with backup_file.opened(path) as tar:
        about, keys = backup_file.take_about(tar)
        _check(about, keys)
        _restore_database(tar)
        call_command("migrate", interactive=False, verbosity=0)
        cache.clear()
        _restore_store(tar)
    return about, reseating.reseat()


def _has_people() -> bool:
    try:
        return User.objects.exists()
    except DatabaseError:  # there is no table yet
        return False


def _check(about: About, keys: dict[str, str]) -> None:
    if about.archive != archive_name():
        raise NotRestored(
            f"This backup is of a portal for the archive '{about.archive}', this one asks '{archive_name()}'."
        )
    missing = set(keys["TOKEN_KEYS"].split(",")) - set(keyring.keys())
    if missing or keys["SECRET_KEY"] != settings.SECRET_KEY:
        raise NotRestored(
            "This portal has other keys, so nothing that is sealed in the backup would open: "
            "`manage.py restore FILE --keys FOLDER` writes the backup's into files; configure those first."
        )


def _restore_database(tar: tarfile.TarFile) -> None:
    member = tar.next()
    if member is None or member.name != backup_file.DATABASE or not member.isfile():
        raise NotABackup("This backup is damaged: the database is not where it belongs.")
    with tempfile.TemporaryDirectory(prefix="mastportal-restore-") as folder:
        dumped = Path(folder) / backup_file.DATABASE
        _write_out(tar, member, dumped)
        database_file.bring_back(dumped, Path(folder) / "script.sql")


def _restore_store(tar: tarfile.TarFile) -> None:
    while (member := tar.next()) is not None and member.name != backup_file.END:
        key = member.name.removeprefix(backup_file.STORE)
        if not member.name.startswith(backup_file.STORE) or not backup_file.STORE_KEY.fullmatch(key):
            raise NotABackup("This backup is damaged: it holds something that does not belong there.")
        aside = store.place(key).with_name(f"{key}.restored")
        aside.unlink(missing_ok=True)
        if member.issym():  # a file that the lab keeps elsewhere
            aside.symlink_to(member.linkname)
        else:
            _write_out(tar, member, aside)
        aside.replace(store.path_of(key))


def _write_out(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    body = tar.extractfile(member)
    if body is None:
        raise NotABackup(f"This backup is damaged: {member.name} is no file.")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := body.read(COPIED_AT_ONCE):
            file.write(piece)


def write_keys(path: Path, folder: Path) -> list[Path]:
    """The keys as files of mode 600, for a deployment to read; which ones. Raises NotABackup, OSError."""
    with backup_file.opened(path) as tar:
        _, keys = backup_file.take_about(tar)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for name, value in keys.items():
        file = folder / name.lower()
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(value + "\n")
        written.append(file)
    return written
