"""The pages of research groups, and the way into one by a link."""
