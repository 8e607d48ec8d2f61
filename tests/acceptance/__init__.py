"""What must be seen at the end, through real parts only: archive, database, workers, REST and pages."""
