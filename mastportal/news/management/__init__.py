"""Commands about news for a shell."""
