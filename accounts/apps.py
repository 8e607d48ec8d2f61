"""Says what the app is called, and makes its checks and receivers known. Nothing else."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, pre_delete

        from accounts import mail, sessions, sso_groups, sso_provider  # noqa: F401  checks and receivers
        from accounts.groups.leaving import keep_from_strangers
        from accounts.models import Membership, ResearchGroup
        from accounts.signals import announce_departure

        sso_groups.check_setting()
        sso_provider.check_setting()
        post_delete.connect(announce_departure, sender=Membership, dispatch_uid="departure")
        pre_delete.connect(keep_from_strangers, sender=ResearchGroup, dispatch_uid="strangers")
