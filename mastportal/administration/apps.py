"""How Django finds this room, and the site that its admin is."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


def forget_in_the_admin_s_history(sender: Any, user: Any, **_: Any) -> None:
    """Receiver of `person_removed`: the admin's own history writes names, the audit never does."""
    from mastportal.administration.history import forget

    forget(user)


class AdministrationConfig(AppConfig):
    default = True
    name = "mastportal.administration"

    def ready(self) -> None:
        from accounts.signals import person_removed

        person_removed.connect(forget_in_the_admin_s_history)


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's own pages among its."""

    default = False
    default_site = "mastportal.administration.site.PortalSite"
