"""Who works here: roles given and ended, matters handed over, access looked at every quarter."""
