"""The audit log's signer: a program of its own that signs only what extends what it signed before."""
