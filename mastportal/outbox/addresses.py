"""Owns the full addresses that messages name: those of this portal. Imports nothing of ours."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse


def full(path: str) -> str:
    """The address of `path` as somebody outside follows it; of the bell's page where there is none."""
    return settings.SITE_URL.rstrip("/") + (path or reverse("notifications"))


def host() -> str:
    """The portal's own name, as ids of mails and entries of feeds carry it."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"
