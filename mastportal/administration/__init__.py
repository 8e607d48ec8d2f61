"""The administrator's room, above every other: pages beside Django's admin, backup and restore."""
