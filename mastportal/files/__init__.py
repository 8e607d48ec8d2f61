"""The portal's file store: each product is fetched once, and who may read it."""
