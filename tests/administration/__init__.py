"""The administrator's pages, backup and restore."""
