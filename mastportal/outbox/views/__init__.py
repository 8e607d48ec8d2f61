"""The pages of what the portal tells people, a module each."""
