"""The pages about a person; each asks the domain once and renders. A secret is shown once or never."""
