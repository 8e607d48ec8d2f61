"""Owns the words for what is wanted and what became of a file. Knows no rows and asks nobody."""

from django.db import models

from mastportal.work import Phase

__all__ = ["GIVEN_UP", "UNDER_WAY", "Access", "Phase", "Preset", "Status"]


UNDER_WAY = (Phase.PENDING, Phase.QUEUED, Phase.EXECUTING)


class Status(models.TextChoices):
    """What became of a file, as the manifest says it; empty while it is not known."""

    WAITING = "", "waiting"
    OK = "OK", "here"
    RESTRICTED = "RESTRICTED", "restricted"
    FAILED = "FAILED", "failed"
    MISSING = "MISSING", "missing"
    REMOTE = "REMOTE", "elsewhere"


GIVEN_UP = (Status.FAILED, Status.RESTRICTED, Status.MISSING)


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
