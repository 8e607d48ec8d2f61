"""The archive's answer for one observation's products, from bytes to facets: ours, and plain parsing."""

import http.server
import json
import sys
import threading
import time
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs

import pyarrow as pa

from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.search.merging import merged
from mastportal.tables.codes import OpenTable
from mastportal.tables.facets import facets
from mastportal.tables.grammar import TableQuery

FACETS = ("productType", "productSubGroupDescription", "calib_level", "dataRights", "size")


class Replay(http.server.BaseHTTPRequestHandler):
    """Answers a question with the page that was kept of it, at once."""

    def __init__(self, folder: Path, *args: object) -> None:
        self._folder = folder
        super().__init__(*args)  # type: ignore[arg-type]

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        question = json.loads(parse_qs(asked)["request"][0])
        body = (self._folder / f"page{question.get('page', 1)}.json").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def ours_s(address: str) -> tuple[float, int, int]:
    """Asked by the portal's client, merged, opened and faceted: seconds, rows, files."""
    client = MastClient(Archive(address, "bench"))
    client.products("1")  # loads what every worker has loaded long ago
    start = time.perf_counter()
    rows = client.products("1")
    table = OpenTable(merged([rows], arrow_schema(PRODUCT_FIELDS)))
    found = facets(table, TableQuery.parse([], table.schema), FACETS, 10)
    assert len(found) == len(FACETS)
    return time.perf_counter() - start, rows.num_rows, table.num_rows


def reference_s(folder: Path) -> float:
    """The same pages by json.loads and pyarrow.Table.from_pylist; seconds."""
    pages = [path.read_bytes() for path in sorted(folder.glob("page*.json"))]
    start = time.perf_counter()
    pa.concat_tables([pa.Table.from_pylist(json.loads(page)["data"]) for page in pages])
    return time.perf_counter() - start


def main(folder: Path) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Replay, folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    seconds, rows, files = ours_s(f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    told = {"ours_s": seconds, "reference_s": reference_s(folder), "rows": rows, "files": files}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
