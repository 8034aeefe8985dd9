"""A month's results as a document: tables after disclosure control, charts, and the words of the report."""
