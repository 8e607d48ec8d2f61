"""Baskets, what is wanted from them, and the bundles made of them."""
