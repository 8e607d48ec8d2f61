"""`./run bench [names] [--json FILE]`: runs the named benchmarks, all by default, and prints a line each."""

import argparse
import importlib
import json
from pathlib import Path

# Each name stands for the modules that measure it.
NAMES = {
    "search": ("search",),
    "tables": ("tables", "clicks", "opened"),
    "sky": ("sky",),
    "bundle": ("bundle",),
    "memory": ("memory",),
    "archive": ("archive",),
    "people": ("people",),
    "retrieval": ("fetching", "harvesting", "large_file"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NAMES)}; all without any")
    parser.add_argument("--json", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    figures = []
    modules = [module for name in chosen.names or NAMES for module in NAMES[name]]
    for module in modules:
        for figure in importlib.import_module(f"tests.bench.{module}").run():
            print(figure.line(), flush=True)
            figures.append(figure)
    if chosen.json:
        chosen.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=1))
    return 0 if all(figure.met for figure in figures) else 1


raise SystemExit(main())
