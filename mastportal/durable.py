"""Owns how a finished file takes its name: after a power cut it is there whole, or not at all."""

import errno
import os
from pathlib import Path

# File systems that keep no order of their own for folders say so; there is nothing to be done then.
NOT_FOR_FOLDERS = (errno.EINVAL, errno.ENOTSUP)


def take_name(aside: Path, place: Path) -> None:
    """Rename a finished file to where it is looked for, both in one folder; over an older one, too.

    Its bytes are on the disk before the name is, and the name before this returns: a row that says that the
    file is there is not committed before that. Raises OSError, also for bytes that the disk took and could
    not keep (a full or broken one behind a network file system tells only now).
    """
    _sync(aside)
    aside.replace(place)
    try:
        _sync(place.parent)
    except OSError as error:
        if error.errno not in NOT_FOR_FOLDERS:
            raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
