"""When something breaks, and so that less does: paper kits, incidents, the morning drill, rehearsals."""
