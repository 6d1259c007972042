"""When something breaks, and so that less does: paper kits, telling of incidents, making the morning drill, rehearsals."""
