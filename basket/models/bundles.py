"""Owns the rows of bundles, and of what is done for them. No rule about how a file is fetched lives here."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ResearchGroup
from basket.models.baskets import Basket
from basket.phases import UNDER_WAY, Access, Phase, Status
from mastportal.files.models import StoredFile
from mastportal.work import UNFINISHED, Work

BUNDLE_NAME_CHARS = 160


class Bundle(models.Model):
    """A frozen list of files and, once they are here, the byte layout of the archive made of them.

    `asked` is what it was made from, in words. `waits_for` says in a sentence why an unfinished one pauses,
    `gives_way_to` for which other one.
    One with a `lease_token` is the work list of an answer that streams it meanwhile, and nobody's to see.
    """

    class Format(models.TextChoices):
        ZIP = "zip"
        TAR = "tar"

    class Layout(models.TextChoices):
        NESTED = "nested"
        FLAT = "flat"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bundles")
    group = models.ForeignKey(ResearchGroup, models.SET_NULL, null=True, blank=True, related_name="bundles")
    basket = models.ForeignKey(Basket, models.SET_NULL, null=True, blank=True, related_name="bundles")
    again_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="repeats")
    name = models.CharField(max_length=BUNDLE_NAME_CHARS)
    folder = models.CharField(max_length=64)
    format = models.CharField(max_length=8, choices=Format, default=Format.ZIP)
    layout = models.CharField(max_length=8, choices=Layout, default=Layout.NESTED)
    wanted = models.JSONField(default=dict)
    asked = models.TextField(blank=True)
    pipeline_stage = models.PositiveSmallIntegerField(null=True)
    with_references = models.BooleanField(default=False)
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.PENDING)
    waits_for = models.TextField(blank=True)
    gives_way_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    notes = models.JSONField(default=list)
    summary = models.JSONField(null=True)
    nudged_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    etag = models.CharField(max_length=80, blank=True)
    plan = models.BinaryField(null=True)
    manifest = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["nudged_at"], name="bundle_due", condition=Q(phase__in=UNDER_WAY))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        return self.phase in UNDER_WAY

    @property
    def is_ready(self) -> bool:
        return self.phase == Phase.COMPLETED and self.size_bytes is not None

    @property
    def file_name(self) -> str:
        """The name the downloaded archive gets."""
        return f"{self.folder}.{self.format}"


class BundleFile(Work):
    """One file of a bundle: what was asked for, and what became of it. PENDING until its turn comes.

    `product_name` is what the archive calls it, whatever its `path` had to become. `facts` are the version's
    own words as the manifest gives them: date, cal_ver, crds_ctx. `tried_by` is the id of who had it tried
    again: with their token then, not with that of the bundle's owner.
    """

    bundle = models.ForeignKey(Bundle, models.CASCADE, related_name="files")
    n = models.PositiveIntegerField()
    data_uri = models.TextField()
    product_name = models.TextField(blank=True)
    path = models.TextField()
    description = models.TextField(blank=True)
    programme = models.CharField(max_length=64, blank=True)
    principal_investigator = models.CharField(max_length=200, blank=True)
    release_mjd = models.FloatField(null=True)
    expected_bytes = models.BigIntegerField(null=True)
    access = models.CharField(max_length=12, choices=Access)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING, blank=True)
    stored_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="bundle_files")
    was_here = models.BooleanField(default=False)
    tried_by = models.BigIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["bundle", "n"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "n"], name="files_are_numbered"),
            models.UniqueConstraint(fields=["bundle", "path"], name="paths_differ"),
        ]
        indexes = [
            models.Index(fields=["bundle", "phase", "n"], name="bundle_file_phase"),
            models.Index(fields=["nudged_at"], name="bundle_file_due", condition=Q(phase__in=UNFINISHED)),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def reason(self) -> str:
        """Why the file is not there, for people."""
        return self.error


class Gathering(Work):
    """What a person needs to run the pipeline again on some observations from a stage on, found by a worker.

    `key` is of the observations and the stage; `answer` is as `basket.pipeline.answers` writes it.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    contents = models.JSONField()
    stage = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_gathering_per_question")]

    def __str__(self) -> str:
        return f"stage {self.stage} {self.key[:8]}"


class Staging(Work):
    """A bundle's files in a folder of the lab, for one person; the row lives as long as the folder may.

    `place` is the folder below the person's own; `is_private` says that nobody else may look into it.
    """

    bundle = models.ForeignKey(Bundle, models.SET_NULL, null=True, related_name="stagings")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="stagings")
    person = models.CharField(max_length=220)
    place = models.CharField(max_length=80)
    is_private = models.BooleanField(default=True)
    files_total = models.PositiveIntegerField(default=0)
    files_done = models.PositiveIntegerField(default=0)
    bytes_total = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="staged_once_at_a_place")]

    def __str__(self) -> str:
        return f"{self.person}/{self.place}"

    @property
    def revision(self) -> str:
        """Changes whenever a page about it would."""
        return f"{self.phase}-{self.files_done}-{self.bytes_done}"
