"""Owns the rows about people: profile, research groups, the sealed MAST token, API keys. Opens no seal."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils import timezone


class Role(models.TextChoices):
    """What a member may do in a group: owners manage it, editors change what it shares, readers look."""

    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"


class TokenState(models.TextChoices):
    """What the archive said of a token when it was last asked."""

    VALID = "valid"
    REFUSED = "refused"
    WRONG_PERSON = "wrong-person"
    MISSING_SCOPE = "missing-scope"


class Scope(models.TextChoices):
    """What an API key opens: looking, or changing things as well."""

    READ = "read"
    WRITE = "write"


class Profile(models.Model):
    """What a person set for themselves, and the name the audit knows them by.

    The audit's rows hold `audit_id` only: with the profile goes the way from them to the person.
    """

    audit_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    tells_group_rights = models.BooleanField(default=False)  # which programmes their token opens
    calendar_digest = models.CharField(max_length=64, blank=True, db_index=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile")
    preferences = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"profile of {self.user}"


class TableLayout(models.Model):
    """How one person's tables of one kind look: columns, widths in pixels, order of rows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="table_layouts")
    kind = models.CharField(max_length=60)
    columns = ArrayField(models.CharField(max_length=82), default=list, blank=True)
    widths = models.JSONField(default=dict, blank=True)
    sort = ArrayField(models.CharField(max_length=82), default=list, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["user__username", "kind"]
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_layout_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user}"


class ResearchGroup(models.Model):
    """People who share baskets and bundles; never tokens."""

    name = models.CharField(max_length=120, unique=True)
    quota_bytes = models.BigIntegerField(default=0)  # of the portal's store; 0: no limit of its own
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="research_groups"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person in one group."""

    group = models.ForeignKey(ResearchGroup, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.EDITOR)

    class Meta:
        ordering = ["group__name", "user__username"]
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}: {self.role}"


class AddressChange(models.Model):
    """A mail address that a person asked for, or has since `done_at`; `before` is the one they had.

    It lives until its link has ended, or until whoever reads mails at `before` was told.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="address_changes")
    email = models.EmailField(blank=True)
    before = models.EmailField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"mail address of {self.user}"


class Invitation(models.Model):
    """A link that makes whoever follows it a member, once; kept only as a hash of its random secret."""

    group = models.ForeignKey(ResearchGroup, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=Role, default=Role.EDITOR)
    note = models.CharField(max_length=120, blank=True)  # whom it is for, in the words of who made it
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.role} in {self.group}"


class ArchiveToken(models.Model):
    """A person's MAST token, sealed; only `accounts.tokens` opens it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="archive_token")
    sealed = models.BinaryField()
    owner = models.CharField(max_length=200)
    scopes = ArrayField(models.CharField(max_length=100), default=list)
    state = models.CharField(max_length=16, choices=TokenState, default=TokenState.VALID)
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    made_on = models.DateField(null=True)  # at MAST, as its owner says: the archive does not tell it
    warned_of = models.DateTimeField(null=True)  # the end that its owner was warned of last

    def __str__(self) -> str:
        return f"MAST token of {self.user}"


class ApiToken(models.Model):
    """A named API key, kept only as a hash of a random secret; `prefix` lets a person tell keys apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.WRITE)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEntry(models.Model):
    """Something that concerned rights: who did it to whom, when, with what outcome. Never changed.

    People stand in it by their profile's `audit_id`; `event` is a word of `accounts.audit.Event`.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    event = models.CharField(max_length=40)
    by = models.UUIDField(null=True)
    person = models.UUIDField(null=True, db_index=True)  # whom it concerns; the same as `by` most of the time
    group_id = models.BigIntegerField(null=True, db_index=True)
    subject = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.event}"
