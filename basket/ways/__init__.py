"""The ways out beside the bundle: archives that grow as they are streamed, lists, staging."""
