"""The door by which the clock enters the desk. Imports no views."""

from celery import shared_task
from django.db import transaction

from mastportal.desk import awaited
from mastportal.search.products import want
from mastportal.search.tasks import queue_products


@shared_task
def tell_released() -> None:
    """Tell who waits for what became public; have listed what cannot be asked about yet."""
    lacking = awaited.tell_released()
    with transaction.atomic():
        queue_products(want(lacking))
