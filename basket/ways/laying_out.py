"""Owns a folder below STAGING_DIR: its files reflinked or copied, read-only, and taken away again.

Everything is opened relative to folders already open and never through a symbolic link, so that nothing that
others may plant there leads out of it. Never a hard link: what is done to a staged file is not done to the
store. Knows stored files, no bundles.
"""

import errno
import logging
import os
import pwd
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from django.conf import settings
from isal import isal_zlib

from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.files.store import StoredFileChanged

logger = logging.getLogger(__name__)
TOLD_EVERY_S = 1.0
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
FULL = "The lab's staging folder is full; ask an administrator to make room, then try again."
NOT_THERE = "The lab's staging folder cannot be used just now ({}); tell an administrator."
NOT_OURS = "The folder of {} in the lab's staging folder was made by somebody else; tell an administrator."
CHANGED = "A file of this bundle was changed on the portal's disk; make the bundle again."
NO_ACCOUNT = "No account of this machine is called {}, so nobody could be given these files."


class CannotStage(Exception):
    """The files cannot be laid out; the text says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`STAGING_DIR/person/place`; `note` is told of files_done and bytes_done, now and then."""

    person: str
    place: str
    is_private: bool
    note: Callable[..., object] = lambda **progress: None

    @contextmanager
    def being_made(self, mark: str) -> Iterator["Making"]:
        """Lay files into a hidden folder, which takes its name and its modes at the end, or goes.

        `mark` is its own, beginning with what all tries of one staging share. Raises CannotStage.
        """
        with _in_words(), _folder_of(self.person) as person:
            name = f".{mark}"
            os.mkdir(name, 0o700, dir_fd=person)
            try:
                with _entered(name, person) as top:
                    making = Making(top, self.note)
                    yield making
                    making.tell()
                    _hand_over(top, self.is_private, self.person)
                _remove(self.place, person)  # of a try that died before its row said that it was done
                os.rename(name, self.place, src_dir_fd=person, dst_dir_fd=person)
            except BaseException:
                _remove(name, person)
                raise

    def remove(self, marks: str) -> bool:
        """Take the folder away, and hidden ones whose marks begin so; whether nothing of it is left."""
        try:
            with _in_words(), _folder_of(self.person) as person:
                with os.scandir(person) as there:
                    hidden = [entry.name for entry in there if entry.name.startswith(f".{marks}")]
                left = [name for name in (self.place, *hidden) if not _remove(name, person)]
                return not left
        except CannotStage:
            logger.warning("could not remove %s/%s", self.person, self.place, exc_info=True)
            return False


class Making:
    """A folder being filled, which nobody else may enter meanwhile."""

    def __init__(self, top: int, note: Callable[..., object]) -> None:
        self._top, self._note, self._told_at = top, note, time.monotonic()
        self._files = self._bytes = 0

    def file(self, path: str, stored: StoredFile) -> None:
        """Lay a stored file there; reflinked where the file system can, else copied and checked."""
        size_bytes = stored.size_bytes or 0
        with self._made(path) as descriptor:
            if store.clone(stored, descriptor):
                self._bytes += size_bytes
            elif _free_bytes(descriptor) < size_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            else:
                self._copy(stored, descriptor)
            if stored.last_modified is not None:
                seconds = stored.last_modified.timestamp()
                os.utime(descriptor, (seconds, seconds))
        self._files += 1
        self._tell_now_and_then()

    def text(self, path: str, content: bytes) -> None:
        """A manifest beside the files."""
        with self._made(path) as descriptor:
            _write(descriptor, content)

    def tell(self) -> None:
        self._note(files_done=self._files, bytes_done=self._bytes)
        self._told_at = time.monotonic()

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._told_at > TOLD_EVERY_S:
            self.tell()

    def _copy(self, stored: StoredFile, descriptor: int) -> None:
        crc32 = 0
        for piece in store.read(stored, 0, stored.size_bytes or 0):
            _write(descriptor, piece)
            crc32 = isal_zlib.crc32(piece, crc32)
            self._bytes += len(piece)
            self._tell_now_and_then()
        if crc32 != stored.crc32:
            raise StoredFileChanged(f"{stored} no longer has the content that was stored.")

    @contextmanager
    def _made(self, path: str) -> Iterator[int]:
        """A new file at a path inside, its folders made. A name that could lead out is a fault of ours."""
        *folders, name = path.split("/")
        if any(part in ("", ".", "..") or "\0" in part for part in (*folders, name)):
            raise ValueError(f"“{path}” is no path inside a folder")
        with ExitStack() as inside:
            parent = self._top
            for folder in folders:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700, dir_fd=parent)
                parent = inside.enter_context(_entered(folder, parent))
            descriptor = os.open(name, FILE_FLAGS, 0o600, dir_fd=parent)
            try:
                yield descriptor
            finally:
                os.close(descriptor)


def _hand_over(top: int, is_private: bool, person: str) -> None:
    """Give everything its final modes, and a private folder to whose it is."""
    folder_mode, file_mode = (0o700, 0o400) if is_private else (0o755, 0o444)
    account = _account(person) if is_private and settings.STAGING_OWNER == "person" else None
    for _, _, files, folder in os.fwalk(dir_fd=top, topdown=False):
        for name in files:
            os.chmod(name, file_mode, dir_fd=folder)
            if account:
                os.chown(name, account.pw_uid, account.pw_gid, dir_fd=folder, follow_symlinks=False)
        os.fchmod(folder, folder_mode)
        if account:
            os.fchown(folder, account.pw_uid, account.pw_gid)


def _account(person: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(person)
    except KeyError:
        raise CannotStage(NO_ACCOUNT.format(person)) from None


@contextmanager
def _folder_of(person: str) -> Iterator[int]:
    """The person's folder, made where it is not there. Nobody else may have made it, or may write into it."""
    top = os.open(settings.STAGING_DIR, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(FileExistsError):
            os.mkdir(person, 0o755, dir_fd=top)
        try:
            descriptor = os.open(person, FOLDER_FLAGS, dir_fd=top)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise CannotStage(NOT_OURS.format(person)) from error
            raise
    finally:
        os.close(top)
    try:
        seen = os.fstat(descriptor)
        if seen.st_uid != os.geteuid() or seen.st_mode & 0o022:
            raise CannotStage(NOT_OURS.format(person))
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _entered(name: str, parent: int) -> Iterator[int]:
    descriptor = os.open(name, FOLDER_FLAGS, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _in_words() -> Iterator[None]:
    """What the file system says, as a sentence."""
    try:
        yield
    except StoredFileChanged as error:
        raise CannotStage(CHANGED) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise CannotStage(FULL if full else NOT_THERE.format(error.strerror)) from error


def _remove(name: str, parent: int) -> bool:
    try:
        shutil.rmtree(name, dir_fd=parent)
    except FileNotFoundError:
        return True
    except OSError:
        logger.warning("could not remove %s from a staging folder", name, exc_info=True)
        return False
    return True


def _free_bytes(descriptor: int) -> int:
    seen = os.fstatvfs(descriptor)
    return seen.f_bavail * seen.f_frsize


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
