"""Facts of publisher → its read tables and timers. Pure; each touches only rows of its own stream."""
