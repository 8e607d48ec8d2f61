"""Owns the tests' people: how one of the cast is made and signs in."""

from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Membership, ResearchGroup


@lru_cache
def hashed_password() -> str:
    """The cast's password, hashed once: hashing is slow on purpose."""
    return make_password("correct horse battery")


def make_person(name: str, group: str, role: str) -> User:
    person = User.objects.create(username=name, email=f"{name}@lab.example", password=hashed_password())
    research_group, _ = ResearchGroup.objects.get_or_create(name=group)
    Membership.objects.create(group=research_group, user=person, role=role)
    return person


def signed_in(person: User) -> Client:
    """A browser signed in as `person`."""
    client = Client()
    client.force_login(person)
    return client


def client_of(person: User) -> APIClient:
    """A REST client signed in as `person`."""
    client = APIClient(raise_request_exception=True)
    client.force_login(person)
    return client
