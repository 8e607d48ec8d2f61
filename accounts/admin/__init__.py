"""The administrator's view of people, groups and the audit; of a token or key only that it exists."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin import audit, groups, people, sign_in

__all__ = ["audit", "groups", "people", "sign_in"]

admin.site.site_header = admin.site.site_title = "Portal administration"
# Rights follow research groups and roles; Django's own groups would only mislead.
admin.site.unregister(Group)
