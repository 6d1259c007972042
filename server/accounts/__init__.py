"""Who people are and how they come in."""
