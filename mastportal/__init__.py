"""mastportal: a research group's own portal to the JWST and HST data in MAST."""
