"""`python -m mastportal.sandbox`: reads the options, loads the holdings, serves until SIGTERM."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from .archive import Archive, Options
from .holdings import load
from .server import Server


def parse_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Exits with a sentence for an option that cannot be."""
    parser = argparse.ArgumentParser(
        "python -m mastportal.sandbox", description="A stand-in archive that speaks MAST."
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=8600, help="0 picks a free one")
    add(
        "--holdings",
        type=Path,
        metavar="FOLDER",
        help="recorded tables to serve instead of the built-in ones",
    )
    add("--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the archive's own day")
    add("--scale", type=int, metavar="N", help="how many observations to synthesise")
    add("--file-bytes", type=int, metavar="N", help="typical size of a product")
    add("--latency-ms", type=float, default=0, metavar="N", help="before each answer")
    add("--bandwidth", type=float, default=0, metavar="BYTES_PER_S", help="per connection")
    add("--long-query-s", type=float, default=0, metavar="N", help="how long a question stays EXECUTING")
    options = parser.parse_args(arguments)
    if options.holdings and not options.holdings.is_dir():
        parser.error(f"--holdings must be a folder, and {options.holdings} is none")
    return options


def main() -> int:
    """Prints one line when it listens; 0 after SIGTERM or Ctrl-C."""
    options = parse_options()
    holdings = load(options.holdings, today=options.today, scale=options.scale, file_bytes=options.file_bytes)
    archive = Archive(holdings, Options(options.latency_ms, options.bandwidth, options.long_query_s))
    try:
        server = Server((options.host, options.port), archive)
    except OSError as error:
        print(
            f"The sandbox cannot listen on {options.host}:{options.port}: {error.strerror}.", file=sys.stderr
        )
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=archive.mashup.warm, daemon=True).start()
    print(
        f"Sandbox archive at {server.url}: {holdings.observations.num_rows:,} observations, {holdings.today}",
        flush=True,
    )
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
