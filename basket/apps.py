"""Names the app: its tables keep the label `basket`."""

from django.apps import AppConfig


class BasketConfig(AppConfig):
    name = "basket"
    label = "basket"
    verbose_name = "Baskets and bundles"

    def ready(self) -> None:
        from basket.keeping import LiveBundles
        from mastportal.files import needs

        needs.register(LiveBundles())
