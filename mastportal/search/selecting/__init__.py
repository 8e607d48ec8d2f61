"""Selecting rows across the pages of a search: their keys, how many are in the filters, where one stands."""
