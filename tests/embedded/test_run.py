"""`./run` itself: up, well, mended after a kill, down without a trace, and up again."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from mastportal.embedded.state import StartError, State
from tests.started import Started
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def portal() -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="mastportal-run-") as folder:
        Path(folder).chmod(0o711)
        started = Started(Path(folder))
        yield started
        started.close()


def test_it_comes_up_is_mended_goes_down_and_comes_up_again(portal: Started) -> None:
    ready = f"Portal ready at http://127.0.0.1:{portal.port}\n"
    assert portal.start() == ready
    wait_until(portal.is_well)
    a_key_made_beside_it_opens_the_api(portal)
    killed_one_is_replaced(portal)
    a_second_one_is_refused(portal)
    assert portal.stop() == 0
    assert [each for each in portal.family if is_alive(each)] == []
    assert portal.start() == ready
    wait_until(portal.is_well)
    assert portal.stop() == 0


def is_alive(process: psutil.Process) -> bool:
    """A zombie has ended; whoever inherited it may not have looked yet."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def a_key_made_beside_it_opens_the_api(portal: Started) -> None:
    key = portal.manage("api_token", "alice").split()[-1]
    headers = {"Authorization": f"Token {key}"}
    url = f"http://127.0.0.1:{portal.port}/api/v1/me"
    assert key.startswith("mpk_")
    assert (
        httpx.get(url, headers=headers, trust_env=False, follow_redirects=True).json()["username"] == "alice"
    )


def killed_one_is_replaced(portal: Started) -> None:
    killed = portal.web()
    assert killed
    killed.kill()
    replaced = wait_until(lambda: (found := portal.web()) != killed and found)
    portal.family.append(replaced)
    wait_until(portal.is_well)


def a_second_one_is_refused(portal: Started) -> None:
    state = State.at(portal.folder)
    assert set(state.running() or {}) == {"postgres", "valkey", "PORT", "SANDBOX_PORT"}
    with pytest.raises(StartError, match="already runs"), state.only_one():
        pass
