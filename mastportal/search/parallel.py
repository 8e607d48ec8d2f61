"""Owns how one worker asks the archive many small things: at most ASK_CONNECTIONS at a time, in order."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings

from accounts import archive
from mastportal.mast.client import MastClient

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def in_parallel(ask: Callable[[MastClient, Job], Answer], jobs: Sequence[Job]) -> Iterator[Answer]:
    """The answers in the order of `jobs`; `ask` gets a client of its thread and must not touch the database.

    What `ask` raises is raised here; jobs not yet begun are then dropped, as they are when nobody goes on
    reading.
    """
    own = threading.local()

    def run(job: Job) -> Answer:
        if not hasattr(own, "client"):
            own.client = archive.client()
        return ask(own.client, job)

    pool = ThreadPoolExecutor(max(1, min(settings.ASK_CONNECTIONS, len(jobs))))
    try:
        for future in [pool.submit(run, job) for job in jobs]:
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
