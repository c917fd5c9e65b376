"""From a committed head to what the world is shown: signed, exported, witnessed, published."""
