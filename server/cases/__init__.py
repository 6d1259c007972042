"""The file that outlives the meeting: cases, what is owed, by when."""
