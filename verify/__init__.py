"""What an inspector takes along; each file works alone."""
