"""The unit itself: working calendar, numbering, settings."""
