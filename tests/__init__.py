"""Everything that is checked, and how."""
