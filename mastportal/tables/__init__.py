"""Arrow tables, however they came: filter, facet, page, export. Imports no Django and no archive client."""
