"""Background work: a row with a name, arguments and a due time.

The runner takes one due row by a conditional update, runs the named function, and marks
it done; what fails is tried again later and parked after too many times. Recurring work
books its next self in the transaction that marks it done.
"""
