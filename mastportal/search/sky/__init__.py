"""The sky view of a search: footprints, coverage and density of the rows that a query keeps."""
