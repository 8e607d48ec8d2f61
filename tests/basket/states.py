"""Bundles, files and product lists in any state, made without asking an archive, and their pages."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase
from mastportal.search.models import ProductList
from tests.basket.shown import text

HOSTILE = "<script>alert('x')</script>"


def bundle_of(owner: User, phase: str, **fields: Any) -> Bundle:
    now = timezone.now()
    made = {"name": "A bundle", "folder": "MAST_x", "started_at": now - timedelta(seconds=10)}
    return Bundle.objects.create(owner=owner, phase=phase, **(made | fields))


def file_of(bundle: Bundle, status: str, **fields: Any) -> BundleFile:
    n = bundle.files.count()
    told = {"n": n, "path": f"JWST/{n}.fits", "data_uri": f"mast:{n}", "phase": Phase.COMPLETED}
    return BundleFile.objects.create(bundle=bundle, status=status, access="PUBLIC", **(told | fields))


def listed(obsid: str, phase: str, **fields: Any) -> None:
    ProductList.objects.create(obsid=obsid, phase=phase, **fields)


def page(web: Client, thing: Basket | Bundle) -> str:
    """The page without what stands above every page."""
    found = text(web.get(f"/{'baskets' if isinstance(thing, Basket) else 'bundles'}/{thing.pk}/"))
    return found.split("<main", 1)[1]
