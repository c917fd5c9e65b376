"""By when an opinion is to be answered (办理时限)."""
