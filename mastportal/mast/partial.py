"""Owns the temporary file that a transfer writes beside its destination, with the digests of its bytes."""

import hashlib
import os
import uuid
from pathlib import Path

from isal import isal_zlib

from mastportal.durable import take_name

PARTIAL_SUFFIX = ".part"
# A large file is written out on its way: what is left for the end takes seconds, on a slow disk, too.
WRITTEN_OUT_EVERY_BYTES = 256 << 20


class Partial:
    """Bytes so far, always from the file's first byte on; never an older file continued."""

    def __init__(self, destination: Path) -> None:
        self.path = destination.with_name(f"{destination.name}.{uuid.uuid4().hex}{PARTIAL_SUFFIX}")
        self._file = self.path.open("xb", buffering=0)
        self._begin()

    def _begin(self) -> None:
        self.size_bytes = self.crc32 = self._written_out_bytes = 0
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)

    def restart(self) -> None:
        """Forget everything that came."""
        self._file.seek(0)
        self._file.truncate()
        self._begin()

    def write(self, piece: bytes, *, with_md5: bool) -> None:
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]
        self._sha256.update(piece)
        self.crc32 = isal_zlib.crc32(piece, self.crc32)
        if with_md5:
            self._md5.update(piece)
        self.size_bytes += len(piece)
        if self.size_bytes - self._written_out_bytes >= WRITTEN_OUT_EVERY_BYTES:
            os.fdatasync(self._file.fileno())
            self._written_out_bytes = self.size_bytes

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def md5(self) -> str:
        return self._md5.hexdigest()

    def keep(self, destination: Path) -> None:
        """Under its own name at last, whole and durable. Raises OSError."""
        self._file.close()
        take_name(self.path, destination)

    def discard(self) -> None:
        """Remove the file if it was not kept; may be called in any state."""
        self._file.close()
        self.path.unlink(missing_ok=True)
