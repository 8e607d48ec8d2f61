"""Owns how long events are remembered after they were told."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from mastportal.news.models import Happening, Pending, Subscription, Watch
from mastportal.work import Phase

KEPT = timedelta(days=90)
AT_ONCE = 1000


def forget_old() -> None:
    """Remove told events after their time, and watches that nobody follows; what is untold stays."""
    old = timezone.now() - KEPT
    untold = Pending.objects.filter(happening=OuterRef("pk"), told_at=None, subscription__paused_at=None)
    gone = Happening.objects.filter(~Exists(untold), at__lt=old)
    Happening.objects.filter(pk__in=list(gone.values_list("pk", flat=True)[:AT_ONCE])).delete()
    followed = Subscription.objects.filter(watch=OuterRef("pk"))
    idle = Watch.objects.filter(~Exists(followed), looked_at__lt=old).exclude(phase=Phase.EXECUTING)
    Watch.objects.filter(pk__in=list(idle.values_list("pk", flat=True)[:AT_ONCE])).delete()
