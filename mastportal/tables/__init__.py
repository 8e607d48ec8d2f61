"""Arrow tables, however they came: filter, facet, page, export. Plain Python: imports no Django and no archive client."""
