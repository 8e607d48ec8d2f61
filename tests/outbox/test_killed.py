"""kill -9 of workers, broker and mail server while mails and webhooks go out: each arrives under one id."""

import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.state import CHECKOUT, free_port
from tests.faults.chaos import PARTS
from tests.faults.portal import Deadline, Portal, running
from tests.outbox.make import Receiver, receiving

pytestmark = pytest.mark.long
ROUNDS, EACH = 6, 20
LIMIT_S = 150.0
KILLED = ["ask worker", "child of the ask worker", "broker", "mail", "beat", "database"]
QUICK = {"POST_PAUSE_S": "0.5", "POST_LONGEST_PAUSE_S": "2", "OUTGOING_ALLOWED": "127.0.0.1"}
TELL = """
from django.contrib.auth.models import User
from django.db import transaction
from mastportal.outbox import post, webhooks
alice = User.objects.get(username="alice")
if not webhooks.of(alice).exists():
    webhooks.add(alice, "Tools", "json", {address!r})
with transaction.atomic():
    for number in range({each}):
        message = post.Message(f"event-{round}-{{number}}", "new", f"News {round} {{number}}", "Text")
        print(post.tell([alice.pk], message, channels=["bell", "mail", "webhook"]))
"""
LEFT = """
from mastportal.outbox.models import Delivery
print(Delivery.objects.exclude(phase="COMPLETED").count())
"""
IDS = """
from mastportal.outbox.models import Delivery
print(*(f"{each.channel}:{each.pk}" for each in Delivery.objects.all()))
"""


class MailServer:
    """A process that takes mails, and the ids it took."""

    def __init__(self, folder: Path) -> None:
        self.port, self.file = free_port(), folder / "ids"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.outbox.mail_process", str(self.port), str(self.file)]
        self._process = subprocess.Popen(
            command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "listening\n"

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def ids(self) -> list[str]:
        return self.file.read_text().split()


def manage(portal: Portal, words: str) -> str:
    """What a program in the portal's own shell prints; again while the database is down."""

    def asked() -> str | None:
        with suppress(AssertionError):
            return portal.started.manage("shell", "--no-imports", "-c", words)
        return None

    return str(Deadline(LIMIT_S).wait(asked, "the shell"))


def kill(portal: Portal, part: str, server: MailServer, random: np.random.Generator) -> None:
    if part == "mail":
        server.kill()
        time.sleep(random.uniform(0, 2))
        server.start()
        return
    process = Deadline(LIMIT_S).wait(lambda: PARTS[part](portal.started, random), f"a living {part}")
    with suppress(psutil.NoSuchProcess):
        process.kill()


def gone_through(portal: Portal, server: MailServer, receiver: Receiver) -> list[str]:
    """Tell and kill; the channel and id of each delivery when all have arrived."""
    random = np.random.default_rng(20261123)
    for round_ in range(ROUNDS):
        said = manage(portal, TELL.format(address=receiver.url, each=EACH, round=round_))
        assert said.split()[-EACH:] == ["3"] * EACH
        time.sleep(random.uniform(0, 1.5))
        kill(portal, KILLED[round_ % len(KILLED)], server, random)
    Deadline(LIMIT_S).wait(lambda: manage(portal, LEFT).split()[-1] == "0", "the last delivery")
    return manage(portal, IDS).split()


def test_each_mail_and_call_arrives_under_its_one_id(tmp_path: Path) -> None:
    server = MailServer(tmp_path)
    server.start()
    wishes = QUICK | {"MAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    with receiving() as receiver, running("", **wishes) as portal:
        portal.is_shaken = True
        sent = gone_through(portal, server, receiver)
        bell = portal.get("/notifications")
    server.kill()
    ids = {
        channel: {each.split(":")[1] for each in sent if each.startswith(channel)}
        for channel in ("mail", "webhook")
    }
    assert len(ids["mail"]) == len(ids["webhook"]) == bell["unread"] == ROUNDS * EACH
    assert {each.strip("<>").split("@")[0] for each in server.ids()} == ids["mail"]
    called = Counter(headers["webhook-id"] for headers, _ in receiver.calls)
    assert set(called) == ids["webhook"]
    again = len(server.ids()) + called.total() - 2 * ROUNDS * EACH
    sys.stdout.write(f"{2 * ROUNDS * EACH} deliveries, {again} attempts more than were needed\n")
