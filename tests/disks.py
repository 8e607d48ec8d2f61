"""File systems of a test's own, and where a file's bytes lie on one."""

import fcntl
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# <linux/fiemap.h>: where a file's bytes lie, and what an extent's flags say of them.
FS_IOC_FIEMAP, NOT_ON_DISK_YET, SHARED = 0xC020660B, 0x4, 0x2000
HEAD, EXTENT, EXTENTS = struct.Struct("=QQLLLL"), struct.Struct("=QQQQQLLLL"), 32


@contextmanager
def mounted(folder: Path, *what: str) -> Iterator[Path]:
    """Mount there what these words of mount(8) name; skips where nothing can be mounted."""
    folder.mkdir()
    done = subprocess.run(["mount", *what, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def extent_flags(path: Path) -> list[int]:
    """The flags of the file's first extents. Raises OSError where the file system does not tell."""
    asked = bytearray(HEAD.size + EXTENT.size * EXTENTS)
    HEAD.pack_into(asked, 0, 0, 1 << 40, 0, 0, EXTENTS, 0)
    with path.open("rb") as file:
        fcntl.ioctl(file, FS_IOC_FIEMAP, asked)
    mapped = HEAD.unpack_from(asked)[3]
    return [EXTENT.unpack_from(asked, HEAD.size + each * EXTENT.size)[5] for each in range(mapped)]
