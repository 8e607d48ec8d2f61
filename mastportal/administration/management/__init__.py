"""What is done to the whole portal from a shell."""
