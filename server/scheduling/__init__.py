"""Reception days, their slots, and who is received when."""
