"""Search: one analysis of text, a derived index beside the database, a query language, pages of hits."""
