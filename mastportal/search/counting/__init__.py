"""What is counted while the search panel is being filled in."""
