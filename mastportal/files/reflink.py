"""Owns how a file's bytes are shared with another file of the same file system, where that can do it."""

import fcntl

FICLONE = 0x40049409  # Linux, linux/fs.h


def reflink(source: int, target: int) -> bool:
    """Make the open file `target` a copy of `source` that takes no room; whether the file system can.

    What is written into one of them later does not show in the other.
    """
    try:
        fcntl.ioctl(target, FICLONE, source)
    except OSError:
        return False
    return True
