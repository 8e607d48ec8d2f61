"""The HTTP/1.1 server: sockets, keep-alive, latency, bandwidth and the faults a test asked for."""

import ipaddress
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .archive import Archive, service_of, uri_of
from .controls import PREFIX, Controls
from .faults import Entry, Fault, FaultList, Journal, flipped, instead
from .identity import token_of
from .sending import cut, hold_still, paced, reset
from .wire import MAX_BODY_BYTES, Answer, Request, plain


class Server(ThreadingHTTPServer):
    """One archive on one address; `shutdown()` from another thread stops it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], archive: Archive) -> None:
        super().__init__(address, Handler)
        self.archive = archive
        self.faults = FaultList()
        self.journal = Journal()
        self.controls = Controls(archive, self.faults, self.journal)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error; anything else is told on standard error."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """One connection, any number of requests."""

    protocol_version = "HTTP/1.1"
    server_version = "MastSandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    connection: socket.socket
    server: Server

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header is the sandbox's day, not the machine's."""
        return format_datetime(self.server.archive.now.replace(microsecond=0), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """The journal takes the place of lines on standard error."""

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        if request.path.startswith(PREFIX):
            is_near = ipaddress.ip_address(self.client_address[0]).is_loopback
            self._send(self.server.controls.answer(request) if is_near else plain(403), None, None)
            return
        service, token = service_of(request), token_of(request)
        who = token.owner if token else ""
        entry = self.server.journal.start(request, service, uri_of(request), who)
        fault = self.server.faults.take(request, service)
        time.sleep(self.server.archive.options.latency_ms / 1000)
        if fault and fault.fault in ("reset", "stall") and fault.after_bytes is None:
            self._break_off(fault)
            return
        self._send((instead(fault) if fault else None) or self._answer(request), entry, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _read(self) -> Request | None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(plain(411 if "transfer-encoding" in headers else 413), None, None)
            return None
        return Request(self.command, self.path, headers, self.rfile.read(int(length)))

    def _answer(self, request: Request) -> Answer:
        try:
            return self.server.archive.answer(request)
        except Exception:
            traceback.print_exc()
            return plain(500)

    def _send(self, answer: Answer, entry: Entry | None, fault: Fault | None) -> None:
        has_body = self.command != "HEAD"
        if fault and fault.fault == "flip":
            answer = flipped(answer, fault.after_bytes)
        if entry:
            entry.status = answer.status
        self._send_headers(answer)
        if not has_body:
            return
        pieces = answer.pieces if answer.length is not None else _chunked(answer.pieces)
        try:
            self._send_pieces(self._shaped(pieces, answer.length, fault), entry)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
            return
        if fault and fault.fault in ("reset", "stall", "truncate"):
            self._break_off(fault)

    def _send_headers(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(answer.length))
        if self.close_connection:  # else a client may put its next request on a connection about to go
            self.send_header("Connection", "close")
        self.end_headers()

    def _shaped(self, pieces: Iterable[bytes], length: int | None, fault: Fault | None) -> Iterable[bytes]:
        if fault and fault.fault == "truncate":
            pieces = cut(pieces, (length or 0) // 2 if fault.after_bytes is None else fault.after_bytes)
        elif fault and fault.fault in ("reset", "stall"):
            pieces = cut(pieces, fault.after_bytes or 0)
        elif fault and fault.fault == "slow":
            pieces = paced(pieces, fault.bytes_per_s, fault.after_bytes or 0)
        bandwidth = self.server.archive.options.bandwidth_bytes_per_s
        return paced(pieces, bandwidth) if bandwidth else pieces

    def _send_pieces(self, pieces: Iterable[bytes], entry: Entry | None) -> None:
        for piece in pieces:
            self.wfile.write(piece)
            if entry:
                entry.bytes += len(piece)

    def _break_off(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.fault == "stall":
            hold_still(self.connection, self.server.faults.cleared)
        elif fault.fault == "reset":
            reset(self.connection)


def _chunked(pieces: Iterable[bytes]) -> Iterable[bytes]:
    for piece in pieces:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def serve_in_background(archive: Archive, host: str = "127.0.0.1", port: int = 0) -> Server:
    """A server in a thread of this process, listening when this returns; port 0 picks a free one."""
    server = Server((host, port), archive)
    threading.Thread(target=server.serve_forever, name="sandbox", daemon=True).start()
    return server
