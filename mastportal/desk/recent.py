"""Owns the forgetting of recent searches. Asks no archive."""

from uuid import UUID

from django.contrib.auth.models import User

from mastportal.search.models import SearchUse


def forget(user: User, search_id: str) -> None:
    """Take a question out of a person's recent searches; it stays for others. No id forgets nothing."""
    try:
        SearchUse.objects.filter(user=user, search_id=UUID(search_id)).delete()
    except ValueError:
        return


def forget_all(user: User) -> None:
    """Take all of them out."""
    SearchUse.objects.filter(user=user).delete()
