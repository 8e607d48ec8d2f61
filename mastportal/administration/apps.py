"""How Django finds this room, and the site that its admin is."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AdministrationConfig(AppConfig):
    default = True
    name = "mastportal.administration"


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's own pages among its."""

    default = False
    default_site = "mastportal.administration.site.PortalSite"
