"""The provable core: RFC 6962 trees, C2SP tiles, notes, checkpoints and proofs. Pure; knows nobody."""
