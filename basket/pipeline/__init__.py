"""Bundles to re-run the JWST pipeline from: associations, their members at one level, what headers name."""
