"""Bodies on their way out: at a pace, cut short. Knows nothing of what they hold."""

import select
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator

TICKS_PER_S = 20


def paced(pieces: Iterable[bytes], bytes_per_s: float, after: int = 0) -> Iterator[bytes]:
    """The same bytes, no faster than asked once `after` of them have passed."""
    step = max(1, int(bytes_per_s / TICKS_PER_S))
    passed = 0
    begun_s = time.monotonic()
    for piece in pieces:
        free = max(0, min(len(piece), after - passed))
        if free:
            yield piece[:free]
            passed += free
            begun_s = time.monotonic()
        for at in range(free, len(piece), step):
            part = piece[at : at + step]
            yield part
            passed += len(part)
            time.sleep(max(0.0, begun_s + (passed - after) / bytes_per_s - time.monotonic()))


def cut(pieces: Iterable[bytes], length: int) -> Iterator[bytes]:
    """The first `length` bytes."""
    for piece in pieces:
        if length <= 0:
            return
        yield piece[:length]
        length -= len(piece)


def reset(connection: socket.socket) -> None:
    """Closes with RST: unread and unsent bytes are thrown away."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hold_still(connection: socket.socket, let_go: threading.Event, longest_s: float = 3600) -> None:
    """Says nothing until the other side goes, the event is set or the time is over."""
    until_s = time.monotonic() + longest_s
    while time.monotonic() < until_s and not let_go.wait(0.1):
        readable, _, _ = select.select([connection], [], [], 0)
        if readable and not connection.recv(1, socket.MSG_PEEK):
            return
