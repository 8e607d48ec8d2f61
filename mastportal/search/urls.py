"""Which page of the search answers which address. Wiring only."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
