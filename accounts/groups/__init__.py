"""Research groups: who is in one and as what, how one comes in, and what happens when somebody goes."""
