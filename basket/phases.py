"""Owns the words for where a piece of work is and what became of a file. Imports nothing of ours."""

from django.db import models


class Phase(models.TextChoices):
    """Where a bundle, or one of its files, is: the words of the IVOA's Universal Worker Service."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"


UNDER_WAY = (Phase.PENDING, Phase.QUEUED, Phase.EXECUTING)


class Status(models.TextChoices):
    """What became of a file, as the manifest says it; empty while it is not known."""

    WAITING = "", "waiting"
    OK = "OK", "here"
    RESTRICTED = "RESTRICTED", "restricted"
    FAILED = "FAILED", "failed"
    MISSING = "MISSING", "missing"
    REMOTE = "REMOTE", "elsewhere"


class Preset(models.TextChoices):
    """Which of a basket's products are wanted before filters and single choices."""

    PARENTS = "parents", "Highest level with all parents"
    RECOMMENDED = "recommended", "Minimum recommended"
    EVERYTHING = "everything", "Everything"
    NONE = "none", "Nothing"


class Access(models.TextChoices):
    """Whether an anonymous request gets a file."""

    PUBLIC = "PUBLIC", "public"
    RESTRICTED = "RESTRICTED", "exclusive access"
