"""The archive client: questions to MAST and bytes from it. Plain Python, nothing of ours above it."""
