"""The archive client: questions to MAST and bytes from it. Plain Python: imports no Django and nothing of ours above it."""
