"""Owns how one worker asks the archive many small things at a time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings
from django.db import connections

from accounts import archive
from mastportal.mast.client import MastClient

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def in_parallel(ask: Callable[[MastClient, Job], Answer], jobs: Sequence[Job]) -> Iterator[Answer]:
    """The answers in the order of `jobs`, ASK_CONNECTIONS asked for at a time.

    `ask` gets a client of its thread and must not touch the database. What it raises is raised here; jobs not
    yet begun are then dropped, as they are when nobody goes on reading.
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


def each(do: Callable[[Job], object], jobs: Sequence[Job], at_once: int) -> None:
    """`do` every job, up to `at_once` at a time, each in a thread with a database connection of its own.

    One job alone is done here, on the caller's connection. What `do` raises is raised when all have ended.
    """
    if len(jobs) == 1:
        do(jobs[0])
        return

    def one(job: Job) -> None:
        try:
            do(job)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max(1, min(at_once, len(jobs)))) as pool:
        done = [pool.submit(one, job) for job in jobs]
    for future in done:
        future.result()
