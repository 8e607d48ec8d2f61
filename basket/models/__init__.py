"""The rows of baskets and bundles."""

from basket.models.baskets import Arrival, Basket, BasketEvent, BasketLine, BasketProduct, first_selection
from basket.models.bundles import BUNDLE_NAME_CHARS, Bundle, BundleFile, Gathering, Staging

__all__ = [
    "BUNDLE_NAME_CHARS",
    "Arrival",
    "Basket",
    "BasketEvent",
    "BasketLine",
    "BasketProduct",
    "Bundle",
    "BundleFile",
    "Gathering",
    "Staging",
    "first_selection",
]
