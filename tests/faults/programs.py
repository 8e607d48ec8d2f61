"""The ways out by other people's programs: the cURL script under bash, aria2c with the list made for it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.faults.portal import Deadline, Portal
from tests.faults.supply import Product, Wanted
from tests.faults.ways import Ended, OfFiles, Outcome, select, sha256
from tests.faults.wrongs import BROKEN, OK, Wrong

# What a program cannot tell from the file where nobody told it a size or a sum.
UNSEEN_BY_SIZE = {"html", "executing", "bad-json", "flip"}
ARIA2 = ["aria2c", "--quiet=false", "--console-log-level=error", "--continue=true", "--split=1", "--no-netrc"]
ARIA2 += [
    "--max-concurrent-downloads=4",
    "--timeout=3",
    "--connect-timeout=3",
    "--max-tries=3",
    "--retry-wait=1",
]
ARIA2 += [
    "--lowest-speed-limit=256",
    "--allow-overwrite=true",
    "--auto-file-renaming=false",
    "--summary-interval=0",
]


class Program(OfFiles):
    """Run once, and once more where it reports gaps: what happens once is over then."""

    def __init__(self, name: str, origin: str) -> None:
        self.name, self._origin = f"{name}-{origin}", origin

    def expects(self, wrong: Wrong, times: int | None) -> set[str]:
        """It has one word for all gaps; going on where it broke off, it may get through at last."""
        if times or wrong.always == OK:
            return {OK}
        return {BROKEN} | ({OK} if "after_bytes" in wrong.body else set())

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        with wanted.lock:
            select(portal, wanted)
            text = deadline.wait(lambda: self._text(portal, wanted), "a list or script")
        (folder / "given").write_text(text)
        for word in ("", "C"):
            done = self._run(portal, folder, word, max(1, deadline.left_s))
            if done.returncode == 0:
                break
        assert portal.key not in text
        return Outcome(dict(_on_disk(wanted.products, folder, done.stdout + done.stderr)), text)

    def _text(self, portal: Portal, wanted: Wanted) -> str:
        answer = portal.call("GET", f"/baskets/{wanted.basket}/{self._address()}")
        return answer.text if answer.status_code == 200 else ""

    def _address(self) -> str:
        raise NotImplementedError

    def _run(
        self, portal: Portal, folder: Path, word: str, limit_s: float
    ) -> subprocess.CompletedProcess[str]:
        raise NotImplementedError


class Script(Program):
    """The cURL script; straight from the archive, sums are known of what lies in the store only."""

    def sees(self, wrong: Wrong) -> bool:
        return self._origin == "portal" or wrong.body["fault"] != "flip"

    def _address(self) -> str:
        return f"script?from={self._origin}"

    def _run(
        self, portal: Portal, folder: Path, word: str, limit_s: float
    ) -> subprocess.CompletedProcess[str]:
        """It asks what to do with the folder of last time; the key comes from the environment."""
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "MAST_API_TOKEN": "",
            "MASTPORTAL_KEY": portal.key,
        }
        env |= {"STALL_S": "2", "RETRY_PAUSE_S": "1", "PATIENCE_S": "10"}
        return subprocess.run(
            ["bash", "given"],
            input=word,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=limit_s,
            env=env,
        )


class Aria2(Program):
    """aria2's input file; it is told no size, so from the archive it takes what it gets."""

    def sees(self, wrong: Wrong) -> bool:
        return self._origin == "portal" or wrong.body["fault"] not in UNSEEN_BY_SIZE

    def _address(self) -> str:
        return f"list?format=aria2&from={self._origin}"

    def _run(
        self, portal: Portal, folder: Path, word: str, limit_s: float
    ) -> subprocess.CompletedProcess[str]:
        header = f"header=Authorization: Token {portal.key}\n" if self._origin == "portal" else ""
        (folder / "aria2.conf").write_text(header)
        command = [*ARIA2, "--conf-path=aria2.conf", "--input-file=given"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=limit_s)
        for unfinished in folder.rglob("*.aria2"):  # its own mark of a file that is not whole
            unfinished.with_suffix("").unlink(missing_ok=True)
        return done


def _on_disk(products: tuple[Product, ...], folder: Path, said: str) -> Iterator[tuple[str, Ended]]:
    """Files by their names below `folder`; of one that is not there, the program's report must speak."""
    for product in products:
        found = [path for path in folder.rglob(product.name) if path.is_file() and ".parts" not in str(path)]
        if found:
            yield product.uri, Ended(OK, sha256(found[0].read_bytes()))
        elif product.name in said:
            yield (
                product.uri,
                Ended(BROKEN, "", f"The program names {product.name} among what it did not get."),
            )
