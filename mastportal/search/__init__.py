"""Asking the archive, the result cache and product lists."""
