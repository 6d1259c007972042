"""Petitions (đơn), kept apart from the reception that heard them and the case that answers them."""
