"""Says what the app is called, and makes its checks and receivers known. Nothing else."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from accounts import mail, sessions, sso_groups, sso_provider  # noqa: F401  checks and receivers
        from accounts.models import Membership
        from accounts.signals import announce_departure

        sso_groups.check_setting()
        post_delete.connect(announce_departure, sender=Membership, dispatch_uid="departure")
