"""How a result leaves the portal: as a program that asks it again, and as a table another program fetches."""
