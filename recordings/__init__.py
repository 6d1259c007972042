"""Writes what a room says to disk and can always tell what a crash left behind.

It knows nothing of people or databases; the recorder is one more member of the room.
"""
