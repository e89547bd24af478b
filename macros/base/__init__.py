"""Knows nothing of the subject: problems, schemas, units, statistics, markup."""
