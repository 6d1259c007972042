"""The minutes of a reception: written by several hands, read back, answered, confirmed, sealed and printed."""
