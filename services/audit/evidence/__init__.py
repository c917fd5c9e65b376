"""What inspectors take away (证据包): docs/evidence.md in code."""
