"""How a REST door opens what a search has found."""
