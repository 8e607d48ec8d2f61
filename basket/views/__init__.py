"""The pages of baskets and bundles: each asks the domain once and renders."""
