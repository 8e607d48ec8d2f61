"""Owns how long it is remembered what people were told. Sends nothing."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from mastportal.outbox.models import Delivery, Notice


def prune() -> int:
    """Forget notices older than NOTICE_KEEP_S, and deliveries that ended so long ago; how many."""
    long_ago = timezone.now() - timedelta(seconds=settings.NOTICE_KEEP_S)
    notices, _ = Notice.objects.filter(at__lt=long_ago).delete()
    deliveries, _ = Delivery.objects.filter(ended_at__lt=long_ago).delete()
    return notices + deliveries
