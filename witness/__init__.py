"""A witness (见证方): cosigns a log's checkpoint only when it extends the one it cosigned before."""
