"""Owns the rows of stored files and of remembered rights. Rows hold keys, never paths; opens no file."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import ArchiveToken, ResearchGroup
from mastportal.work import Phase

PROGRAMME_CHARS = 40


class Access(models.TextChoices):
    """PUBLIC is what an anonymous request got, whatever a list or a clock says."""

    PUBLIC = "PUBLIC"
    RESTRICTED = "RESTRICTED"


class Origin(models.TextChoices):
    """Where stored bytes came from; each is verified in the same way."""

    ARCHIVE = "archive"
    MIRROR = "mirror"
    FOLDER = "folder"
    ADOPTED = "adopted"


def scope_of(data_uri: str, programme: str) -> str:
    """What a right to read a file extends to: the programme of one mission, else this file alone.

    Missions count their programmes separately: JWST and HST both have a 1073.
    """
    mission = data_uri.partition(":")[2].partition("/")[0]
    return f"{mission}:{programme}" if programme else data_uri


def programme_kept(told: str) -> str:
    """A programme's id as rows keep it. One that does not fit joins several, and no right extends to all."""
    return told if len(told) <= PROGRAMME_CHARS else ""


class StoredFile(models.Model):
    """One version of one product. A reprocessed product is another version; bundles keep the one they have.

    `size_bytes`, `mtime_ns` and `inode` are those of the file as it was stored, checked at each open.
    `listed_size_bytes` is what the product list said when it was fetched, right or wrong, and `told` what a
    keyword row did (checksum, fileSize, cal_ver, crds_ctx). `header_date`, `cal_ver` and `crds_ctx` are the
    file's own words. `group` is whose quota it counts against: of those who asked for it first.
    `reserved_bytes` is the room kept for it while it comes. A `linked` one is a symlink to a file that the
    lab keeps elsewhere: it takes no room here.
    """

    data_uri = models.TextField()
    version = models.PositiveIntegerField(default=1)
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.QUEUED)
    key = models.CharField(max_length=64, unique=True)
    access = models.CharField(max_length=10, choices=Access, default=Access.RESTRICTED)
    programme = models.CharField(max_length=PROGRAMME_CHARS, blank=True)
    release_mjd = models.FloatField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    listed_size_bytes = models.BigIntegerField(null=True)
    crc32 = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    etag = models.TextField(blank=True)
    last_modified = models.DateTimeField(null=True)
    archive_md5 = models.CharField(max_length=32, blank=True)
    told = models.JSONField(default=dict, blank=True)
    header_date = models.CharField(max_length=40, blank=True)
    cal_ver = models.CharField(max_length=60, blank=True)
    crds_ctx = models.CharField(max_length=60, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.ARCHIVE)
    group = models.ForeignKey(
        ResearchGroup, models.SET_NULL, null=True, blank=True, related_name="stored_files"
    )
    mtime_ns = models.BigIntegerField(null=True)
    inode = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    received_bytes = models.BigIntegerField(default=0)
    reserved_bytes = models.BigIntegerField(default=0)
    linked = models.BooleanField(default=False)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    fetched_at = models.DateTimeField(null=True)
    fetch_s = models.FloatField(null=True)
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    quarantined_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["data_uri", "-version"]
        constraints = [models.UniqueConstraint(fields=["data_uri", "version"], name="one_row_per_version")]
        indexes = [
            models.Index(fields=["sha256"], name="file_sha256"),
            models.Index(fields=["phase", "last_used_at"], name="file_unused"),
            models.Index(fields=["id"], name="stored_restricted", condition=Q(access=Access.RESTRICTED)),
        ]

    def __str__(self) -> str:
        return f"{self.data_uri} (version {self.version})"

    @property
    def name(self) -> str:
        """The product's file name."""
        return self.data_uri.rsplit("/", 1)[-1]

    @property
    def scope(self) -> str:
        """What a right to read extends to."""
        return scope_of(self.data_uri, self.programme)


class ReadingRight(models.Model):
    """The archive accepted this token for files of this scope; remembered for a bounded time.

    `token_made_at` tells a token from the one it replaced in the same row.
    """

    token = models.ForeignKey(ArchiveToken, models.CASCADE, related_name="reading_rights")
    token_made_at = models.DateTimeField()
    scope = models.TextField()
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "scope"], name="one_right_per_scope")]

    def __str__(self) -> str:
        return f"{self.token}: {self.scope}"


class RightCheck(models.Model):
    """What the archive last said of a token and files of a scope, kept for people to look at: opens nothing.

    Goes with its token. Others of a group are told of it where its owner allowed that.
    """

    token = models.ForeignKey(ArchiveToken, models.CASCADE, related_name="right_checks")
    scope = models.TextField()
    opens = models.BooleanField()
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "scope"], name="one_check_per_scope")]

    def __str__(self) -> str:
        return f"{self.token}: {self.scope} {'opens' if self.opens else 'does not open'}"
