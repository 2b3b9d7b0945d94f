"""A negotiation of 300 clauses, 100 versions and 2,000 comments in two languages."""
