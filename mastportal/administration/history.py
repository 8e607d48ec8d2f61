"""Owns what the admin's own history of changes may keep: nothing with the name of who was removed."""

import json

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import Q


def forget(person: User) -> None:
    """Drop every line about `person`, or with their name in its words; what they did goes with them."""
    name = person.get_username()
    about = Q(content_type__app_label="auth", content_type__model="user", object_id=str(person.pk))
    named = Q(object_repr__contains=name) | Q(change_message__contains=json.dumps(name)[1:-1])
    LogEntry.objects.filter(about | named | Q(change_message__contains=name)).delete()
