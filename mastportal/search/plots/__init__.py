"""The door to plots: which points a plot shows, and which row a point is."""
