"""What does not work: incidents of receptions, and what the morning drill of a ward's room found."""
