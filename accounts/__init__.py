"""People, research groups, and each person's own keys and MAST token."""
