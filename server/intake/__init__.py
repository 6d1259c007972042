"""Requests come in and are sorted."""
