"""The meeting seen from the office: who may enter which room, as what, and what the room told us."""
