"""The stand-in archive, a server of its own that speaks MAST. Imports nothing of ours."""
