"""Names the app: its tables keep the label `basket`."""

from django.apps import AppConfig


class BasketConfig(AppConfig):
    name = "basket"
    label = "basket"
    verbose_name = "Baskets and bundles"

    def ready(self) -> None:
        from accounts import signals
        from basket import departures
        from basket.keeping import LiveBundles
        from mastportal.files import needs

        needs.register(LiveBundles())
        signals.left_group.connect(departures.member_left)
        signals.person_removed.connect(departures.person_removed)
