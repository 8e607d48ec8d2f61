"""The command line behind `./run`. Wiring only."""

import signal
import subprocess
import sys
from types import FrameType

from mastportal.embedded.checks import check
from mastportal.embedded.environment import python
from mastportal.embedded.family import say
from mastportal.embedded.manage import manage
from mastportal.embedded.portal import up
from mastportal.embedded.state import CHECKOUT, StartError
from mastportal.embedded.testing import run_tests

USAGE = "usage: ./run [test [pytest args] | check | bench [names] [--json FILE] | manage …]"


def main(arguments: list[str]) -> int:
    """Do what was asked and return the exit code."""
    match arguments:
        case []:
            return up()
        case ["test", *rest]:
            return run_tests(rest)
        case ["check"]:
            return min(check(), 1)
        case ["bench", *rest]:
            return subprocess.run(python("-m", "tests.bench", *rest), cwd=CHECKOUT).returncode
        case ["manage", *rest]:
            return manage(rest)
        case _:
            say(USAGE)
            return 2


def _terminated(number: int, frame: FrameType | None) -> None:
    """Leave by the front door, so that everything started is stopped and what is temporary is removed."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminated)
    try:
        sys.exit(main(sys.argv[1:]))
    except StartError as error:
        say(f"run: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
