"""Papers in the room: pages shown to everybody, papers handed in during the reception."""
