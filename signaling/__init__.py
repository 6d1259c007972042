"""A room that people can be in.

The heart is one pure file, ``room.py``: events and the time go in, effects come out.
This package knows nothing of citizens, cases or databases.
"""
