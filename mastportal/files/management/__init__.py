"""One command: what an administrator does with the store."""
