"""Whether an image came whole: PNG by the checksum of each chunk, JPEG by its end. Decodes nothing."""

from typing import BinaryIO

from isal import isal_zlib

PNG_MAGIC, JPEG_MAGIC, JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd9"
READ_BYTES = 1 << 20
# Cameras and programs leave a little behind the end of a JPEG; an end within its data would be stuffed.
JPEG_TAIL_BYTES = 4096


def check_png(file: BinaryIO, size: int) -> None:
    """Walk the chunks to IEND (PNG specification, 5.3). Raises ValueError."""
    if file.read(len(PNG_MAGIC)) != PNG_MAGIC:
        raise ValueError("it does not begin as a PNG does")
    kind = b""
    while kind != b"IEND":
        head = file.read(8)
        if len(head) < 8:
            raise ValueError("it ends before its last chunk")
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if length > size - file.tell() - 4:
            raise ValueError("it ends in the middle of a chunk")
        found = isal_zlib.crc32(kind)
        for at in range(0, length, READ_BYTES):
            found = isal_zlib.crc32(file.read(min(READ_BYTES, length - at)), found)
        if found != int.from_bytes(file.read(4), "big"):
            raise ValueError("a chunk does not have the checksum that it says")


def check_jpeg(file: BinaryIO, size: int) -> None:
    """The mark at the beginning, and the one at the end (ITU-T T.81, B.1.1.3). Raises ValueError."""
    if file.read(len(JPEG_MAGIC)) != JPEG_MAGIC:
        raise ValueError("it does not begin as a JPEG does")
    file.seek(max(len(JPEG_MAGIC), size - JPEG_TAIL_BYTES))
    if JPEG_END not in file.read():
        raise ValueError("it ends before a JPEG does")
