"""One outside thing each. An interface only where two real things stand behind it."""
