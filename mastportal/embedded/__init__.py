"""What ./run starts: PostgreSQL, Valkey, the sandbox, workers, beat and web, as child processes."""
