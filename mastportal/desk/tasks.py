"""The door by which the clock enters the desk, and by which it asks the archive. Imports no views."""

from celery import shared_task
from django.contrib.auth.models import User
from django.db import transaction

from mastportal.desk import awaited, mine, opening
from mastportal.desk.opening import Standing
from mastportal.search.products import want
from mastportal.search.tasks import queue_products, queue_results


@shared_task
def tell_released() -> None:
    """Tell who waits for what became public; have listed what cannot be asked about yet."""
    lacking = awaited.tell_released()
    with transaction.atomic():
        queue_products(want(lacking))


def queue_unknown(user: User) -> list[Standing]:
    """A person's exclusive programmes; what is not known of them yet is asked for."""
    found = mine.found_for(user)
    standings = opening.standings_of(user, list(found.coming.values()))
    with transaction.atomic():
        queue_results(mine.ask_unknown(found))
        queue_products(want(opening.lacking(standings)))
    return standings
