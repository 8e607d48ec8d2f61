"""Lists of targets: read, looked up name by name, searched together, every row tagged with its target."""
