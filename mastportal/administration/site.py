"""The admin site: Django's, with the pages on running jobs, the store and the portal's state. Wiring only."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse

from mastportal.administration import pages

PAGES = {
    "jobs": ("jobs/", pages.jobs, "Running jobs"),
    "store": ("store/", pages.store, "Store"),
    "state": ("state/", pages.state, "State and mail"),
}


class PortalSite(AdminSite):
    index_template = "administration/index.html"
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLPattern | URLResolver]:
        ours: list[URLPattern | URLResolver] = [
            path(route, self.admin_view(page), name=f"portal-{name}")
            for name, (route, page, _) in PAGES.items()
        ]
        return [*ours, *super().get_urls()]

    def password_change(  # type: ignore[override]  # Django's own answers by a redirect, too
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Administrators change their own where everybody does, where it is noted and ends other sessions."""
        return redirect("account-password")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        links = [(reverse(f"admin:portal-{name}"), title) for name, (_, _, title) in PAGES.items()]
        return super().each_context(request) | {"portal_pages": links}
