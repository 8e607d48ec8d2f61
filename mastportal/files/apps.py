"""Names the files app. Wiring only."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """The portal's file store: each product fetched once, and who may read it."""

    name = "mastportal.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
