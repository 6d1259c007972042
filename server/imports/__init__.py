"""Lists read in from tables: units, accounts, earlier cases and books."""
