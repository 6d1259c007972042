"""The desk of the national database: what to enter, in which account, what differs, what was handed over."""
