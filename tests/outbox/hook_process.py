"""A host of webhooks as a process, to be killed: notes each call, then answers as the file `status` says."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SLOW_S = 0.03  # between noting a call and answering it: a kill in between is a call that comes again
NOTES, STATUS = "calls", "status"
FOLDER = Path(sys.argv[-1])


class Noting(BaseHTTPRequestHandler):
    """Writes calls into a file, a line each."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = int((FOLDER / STATUS).read_text())
        headers = {name.lower(): value for name, value in self.headers.items()}
        with (FOLDER / NOTES).open("a") as file:
            # Begins with a new line, so that one that was cut by a kill spoils no other.
            file.write(f"\n{json.dumps({'status': status, 'headers': headers, 'body': body})}\n")
            file.flush()
            os.fsync(file.fileno())
        time.sleep(SLOW_S)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Noting)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    server.serve_forever()
