"""Footprints, regions and coverage on the celestial sphere; no Django, no archive client, no tables."""
