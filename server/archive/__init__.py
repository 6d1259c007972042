"""Recordings after they were made: registered, made playable, watched by those who may."""
